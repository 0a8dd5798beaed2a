import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { mayPass } from './api/problem.js';
import { firstLanguage, LanguageProvider, loadTexts } from './language/language-context.js';
import { makeRouter } from './routes.js';
import './styles/tokens.css';
import './styles/page.css';
import './styles/controls.css';
import './styles/components.css';
import './styles/work.css';
import './styles/charts.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A tab that nobody uses must not keep the session.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // Without a network a fault is shown, and not a wait.
      networkMode: 'always',
      retry: (count, error) => count < 1 && mayPass(error),
    },
  },
});

const language = firstLanguage();
const texts = await loadTexts(language);
document.documentElement.lang = language;
const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');
createRoot(root).render(
  <StrictMode>
    <LanguageProvider first={{ language, texts }}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={makeRouter()} />
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
);
