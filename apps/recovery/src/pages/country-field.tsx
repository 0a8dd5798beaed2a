import { intlTag, type Locale } from '@rekey/kernel';
import { type CountryCode, getCountries, isSupportedCountry } from 'libphonenumber-js/max';
import Negotiator from 'negotiator';
import { Field, type PageContext } from './shell.js';
import { wordingOf } from './wording/index.js';

/** The country of a phone number, for a form with an `identifier`. */
export function CountryField(props: {
  context: PageContext;
  /** The chosen one. */
  country?: string | undefined;
  problem?: string | undefined;
}) {
  const { context, country, problem } = props;
  const { form } = wordingOf(context).page;
  return (
    <Field id="country" label={form.country} hint={problem ? undefined : form.countryHint} problem={problem}>
      {(describedBy) => (
        <select
          id="country"
          name="country"
          aria-describedby={describedBy}
          aria-invalid={problem ? 'true' : undefined}
        >
          <option value="">{form.noCountry}</option>
          {countries(context.locale).map(({ code, name }) => (
            <option key={code} value={code} selected={code === country}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

const listed = new Map<Locale, { code: string; name: string }[]>();

function countries(locale: Locale): { code: string; name: string }[] {
  const known = listed.get(locale);
  if (known) return known;
  const tag = intlTag(locale);
  const names = new Intl.DisplayNames(tag, { type: 'region' });
  const made = getCountries()
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, tag));
  listed.set(locale, made);
  return made;
}

/**
 * Returns the country that a browser's languages suggest: the region of the first language that has one, named (`de-AT`) or likely (`ja`:
 * Japan). The person sees it selected and can change it; no number is read by it unseen.
 *
 * @param acceptLanguage RFC 9110 §12.5.4
 */
export function suggestedCountry(acceptLanguage: string | undefined): CountryCode | undefined {
  const header = (acceptLanguage ?? '').slice(0, 200);
  for (const tag of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    const region = regionOf(tag);
    if (region !== undefined && isSupportedCountry(region)) return region;
  }
  return undefined;
}

function regionOf(tag: string): string | undefined {
  try {
    const locale = new Intl.Locale(tag);
    // Of an undetermined language the likely region is the United States.
    return locale.region ?? (/^und\b/.test(locale.baseName) ? undefined : locale.maximize().region);
  } catch {
    return undefined;
  }
}
