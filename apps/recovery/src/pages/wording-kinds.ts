import type { Locale } from '@rekey/kernel';
import type { BoundKind, CodeSetKind } from '@rekey/proofs';

/** What the pages say about each kind of proof that a person sets up, in one language. */
export interface KindWording {
  bound: Record<
    BoundKind,
    {
      title: string;
      none: string;
      bound(date: string, left: number): string;
      setUp: string;
      replace: string;
      disabled: string;
      /** In a recovery. */
      ask: { label: string; hint: string };
    }
  >;
  /** Beside codes that are shown once. */
  made: Record<CodeSetKind, { title: string; lead: string; warning: string; done: string }>;
}

const en: KindWording = {
  bound: {
    totp: {
      title: 'Authenticator app',
      none: 'Not set up. With an authenticator app, a stolen email account or phone number is not enough to take over your account.',
      bound: (date) => `Set up on ${date}.`,
      setUp: 'Set up an authenticator app',
      replace: 'Set up a new one',
      disabled:
        'Too many wrong codes were entered, so it can no longer be used for recovery. Set it up again. You can still sign in with it.',
      ask: { label: 'Code from your authenticator app', hint: 'The 6 digits the app shows now.' },
    },
    backup_code: {
      title: 'Backup codes',
      none: 'None yet. These are ten codes to keep on paper, for when nothing else works.',
      bound: (date, left) => `${left} of 10 left, created on ${date}.`,
      setUp: 'Create backup codes',
      replace: 'Create new ones',
      disabled:
        'Too many wrong backup codes were entered, so they can no longer be used for recovery. Create new ones.',
      ask: {
        label: 'Backup code',
        hint: 'One of the codes you saved, such as ABCD-EFGH-JKMN-PQRS. Each works once.',
      },
    },
  },
  made: {
    backup_code: {
      title: 'Your backup codes',
      lead: 'Each code works once. Print them or write them down, and keep them somewhere safe, such as with your passport.',
      warning: 'We show these codes only once. Any older codes no longer work.',
      done: "I've saved them",
    },
  },
};

const zhHans: KindWording = {
  bound: {
    totp: {
      title: '身份验证器应用',
      none: '尚未设置。设置后，他人仅凭盗取的邮箱或手机号无法控制您的账户。',
      bound: (date) => `设置于 ${date}。`,
      setUp: '设置身份验证器应用',
      replace: '重新设置',
      disabled: '动态码错误次数过多，此应用已不能用于找回账户，但仍可用于登录。请重新设置。',
      ask: { label: '身份验证器应用中的动态码', hint: '应用当前显示的 6 位数字。' },
    },
    backup_code: {
      title: '备用码',
      none: '尚未生成。这是十个可抄在纸上的代码，供其他方式都不可用时使用。',
      bound: (date, left) => `剩余 ${left} 个（共 10 个），生成于 ${date}。`,
      setUp: '生成备用码',
      replace: '重新生成',
      disabled: '备用码错误次数过多，已不能用于找回账户。请重新生成。',
      ask: { label: '备用码', hint: '您保存的备用码之一，例如 ABCD-EFGH-JKMN-PQRS。每个只能使用一次。' },
    },
  },
  made: {
    backup_code: {
      title: '您的备用码',
      lead: '每个备用码只能使用一次。请打印或抄写下来，像护照一样妥善保管。',
      warning: '备用码仅显示这一次。之前的备用码已全部失效。',
      done: '我已保存',
    },
  },
};

export const kindWordings: Record<Locale, KindWording> = { en, 'zh-Hans': zhHans };
