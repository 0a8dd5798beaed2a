/**
 * Hashes of other systems with their passwords: published ones with their source, or computed with Python's hashlib and hmac and with
 * Debian's libxcrypt. Name, password, hash.
 */
export const importedHashes: readonly [name: string, password: string, hash: string][] = [
  [
    'argon2i of version 16, reference implementation (test.c)',
    'password',
    '$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY',
  ],
  [
    'argon2i without a version, reference implementation (test.c)',
    'password',
    '$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY',
  ],
  [
    'argon2i of version 19, reference implementation (test.c)',
    'password',
    '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
  ],
  [
    'argon2i of version 19, its version left out',
    'password',
    '$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8',
  ],
  [
    'argon2id, reference implementation (test.c)',
    'password',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  ],
  [
    'argon2id, padded',
    'password',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ=$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc=',
  ],
  [
    'argon2id, URL-safe',
    'password',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB_VmZZF4Oo79iDXuL5_0ttZwg2f_5U52iv1cDc',
  ],
  [
    'argon2id, parameters in another order',
    'password',
    '$argon2id$v=19$t=2,p=2,m=256$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  ],
  [
    'argon2id, Django',
    'password',
    'argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  ],
  [
    'argon2id, Spring Security',
    'password',
    '{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
  ],
  [
    'bcrypt, crypt_blowfish (wrapper.c)',
    'U*U',
    '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  ],
  ['$2a$, libxcrypt', 'pässwörd à la carte', '$2a$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa'],
  ['$2b$, libxcrypt', 'pässwörd à la carte', '$2b$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa'],
  ['$2y$, libxcrypt', 'pässwörd à la carte', '$2y$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa'],
  [
    'bcrypt, Spring Security',
    'pässwörd à la carte',
    '{bcrypt}$2b$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa',
  ],
  [
    'bcrypt, Django',
    'pässwörd à la carte',
    'bcrypt$$2b$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa',
  ],
  [
    'bcrypt_sha256 of Django, hashlib and libxcrypt',
    'pässwörd à la carte',
    'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuopYTwDbyRTd23d9bg0PBI4uWUXSxqYW',
  ],
  [
    'WordPress, hmac and libxcrypt',
    'pässwörd à la carte',
    '$wp$2y$05$abcdefghijklmnopqrstuufD7jfFVtxMCGgiDrZ5WL8i1nD5ckSr.',
  ],
  [
    '$7$, RFC 7914 §12 as crypt(5)',
    'pleaseletmein',
    '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D',
  ],
  [
    '$7$, libxcrypt',
    'pässwörd à la carte',
    '$7$86..../....saltsaltsalt$yACgHVjDigJmW.k4XvVh6aJIew7/femeWfs1W1kUsB0',
  ],
  [
    'scrypt, passlib’s documentation',
    'password',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
  ],
  [
    'scrypt as a PHC string, hashlib',
    'pässwörd à la carte',
    '$scrypt$ln=10,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$SO5wjn+wQ2KNYJ5fm+ow8ah3Jmx5PtivQsfUYBwlWHM',
  ],
  [
    'scrypt with N for ln, Ory Kratos, hashlib',
    'pässwörd à la carte',
    '$scrypt$ln=1024,r=8,p=2$AAECAwQFBgcICQoLDA0ODw==$SO5wjn+wQ2KNYJ5fm+ow8ah3Jmx5PtivQsfUYBwlWHM=',
  ],
  [
    '$s0$, documentation of wg/scrypt',
    'secret',
    '$s0$e0801$epIxT/h6HbbwHaehFnh/bw==$7H0vsXlY8UxxyW/BWx/9GuY7jEvGjT71GFd6O4SZND0=',
  ],
  [
    'scrypt, Django, hashlib',
    'pässwörd à la carte',
    'scrypt$1024$seasalt$8$1$bcw7uwop/mniZPGmGKxXaMuwzb5/YhYZ7K7D1k6xZcs+YcNy6sgvZQMT2PWMC32skJBCIRG+8ZErdX38QjFutA==',
  ],
  [
    'scrypt, Werkzeug, hashlib',
    'pässwörd à la carte',
    'scrypt:1024:8:1$seasalt$6dcc3bbb0a29fe69e264f1a618ac5768cbb0cdbe7f621619ecaec3d64eb165cb3e61c372eac82f650313d8f58c0b7dac9090422111bef1912b757dfc42316eb4',
  ],
  [
    'Firebase, README of firebase/scrypt',
    'user1password',
    '$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  ],
  [
    'PBKDF2, Django’s tests',
    'lètmein',
    'pbkdf2_sha256$30000$seasalt2$a75qzbogeVhNFeMqhdgyyoqGKpIzYUo651sq57RERew=',
  ],
  [
    'PBKDF2 with SHA-1, Django, hashlib',
    'pässwörd à la carte',
    'pbkdf2_sha1$1200$seasalt$o0kbJKt3WGoWbT+QNwGgeIOv9bk=',
  ],
  [
    'PBKDF2, Werkzeug, hashlib',
    'pässwörd à la carte',
    'pbkdf2:sha256:1200$seasalt$fd55a0d1ec06bbdf327a44a05ec628c79e464cdef2ac066eada2b15b1a668c38',
  ],
  [
    'PBKDF2 as a PHC string, hashlib',
    'pässwörd à la carte',
    '$pbkdf2-sha512$i=1200,l=64$c2Vhc2FsdHNlYXNhbHQ$rz0Hsg44tgkJ35Mz+pSsIaR1LAPCxm3k/hAh8QRPnq1ptQZ9PBYgTI7gXaezG26YUtmTkU116C0pqIhQmPvKMA',
  ],
  [
    'PBKDF2, passlib, hashlib',
    'pässwörd à la carte',
    '$pbkdf2-sha256$1200$c2Vhc2FsdHNlYXNhbHQ$Ynyj1L8vGsEqZB1p4pgSVrg/vmHODNfek03v62lm59U',
  ],
  [
    'PBKDF2 with 16 blocks, as passport-local-mongoose, hashlib',
    'pässwörd à la carte',
    '$pbkdf2-sha256$i=1200$c2Vhc2FsdHNlYXNhbHQ$Ynyj1L8vGsEqZB1p4pgSVrg/vmHODNfek03v62lm59U4lVSWw7UNHpyHShc0SnA6JimN/6ySRmRrvmIV/KmR/1VlFWFB8niEpGXF2hlmuPjqyE8Z1P6roVagILBA2ku0hIhGHPuUWvcAYs1jc8eFgN+JC1No8pfy8WIBmdNH+fTeT1zrH2OfWjr0o+iMZj1dduVpmjfhW7/POD0lxZ/iwr+AS2zTt0IhzYiBoFfG5eoip9BgmRKDnAugd1lDT6tr8BFn9pTASbef/3ov1ocWSjPgJbZ5jxFwn7Y53tfHMGM/DxTly/ANGfLSQLoRnGpMo9hBWdn4l+qQ4TCgwqlt2BgI1Uk9qZAcLIHRNO3gKYHF3a4R5u9PpE8vD6FKPtsiJZh60O1MptUdeoiIDQ9AgoPMl5lAz56zwC9/mnq76YRU0IyawNrDuGTRu0Q+yjVIzm82Le2O3os03yfkVfJLPRpsb6BP8PH8HD6g4lnxznN340+3nsDD2L5W7+4q3cYkezhuBqvwBj1eZ4myDuwlIrF8v+Mm0erVr4PrmVall7kXu4iCAwgvlHrsBD1CvNsHemVkd4oSZ8wxmJV5jyb2g7K0HFYzxZgv9GeNdanudM/oLLxHj8uiycnjh9FXag6JZHAAJdfeqGfT8A/U2ynR5HupolSLOuFxIQy7Fx6qH7E',
  ],
  [
    'PBKDF2, Keycloak, hashlib',
    'pässwörd à la carte',
    '{"type": "password", "secretData": "{\\"value\\": \\"0YetWapdHp9Kgx9ha8cDbmpCPa7vgHaHJrOdkpdOzXOcFO7QZB7UekP1gtv4AIA2XRsE5J+DS5BIqGrG+/wKaQ==\\", \\"salt\\": \\"AAECAwQFBgcICQoLDA0ODw==\\", \\"additionalParameters\\": {}}", "credentialData": "{\\"hashIterations\\": 1200, \\"algorithm\\": \\"pbkdf2-sha256\\", \\"additionalParameters\\": {}}"}',
  ],
  [
    'PBKDF2 with SHA-512, Keycloak, hashlib',
    'pässwörd à la carte',
    '{"type": "password", "secretData": "{\\"value\\": \\"wMYy/Lui+1kEmlt4CHIp2B1dGhbOCrNq+HE36exRjzOeZyEQpNSIGYeBf982ADYApn/nP+AJd8XtQEy8bSM09w==\\", \\"salt\\": \\"AAECAwQFBgcICQoLDA0ODw==\\", \\"additionalParameters\\": {}}", "credentialData": "{\\"hashIterations\\": 1200, \\"algorithm\\": \\"pbkdf2-sha512\\", \\"additionalParameters\\": {}}"}',
  ],
  [
    'ASP.NET Core Identity 3 with SHA-256, hashlib',
    'pässwörd à la carte',
    'AQAAAAEAAASwAAAAEAABAgMEBQYHCAkKCwwNDg/Rh61Zql0en0qDH2FrxwNuakI9ru+Adocms52Sl07Ncw==',
  ],
  [
    'ASP.NET Core Identity 3 with SHA-512, hashlib',
    'pässwörd à la carte',
    'AQAAAAIAAASwAAAAEAABAgMEBQYHCAkKCwwNDg/AxjL8u6L7WQSaW3gIcinYHV0aFs4Ks2r4cTfp7FGPMw==',
  ],
  [
    'ASP.NET Identity 2, hashlib',
    'pässwörd à la carte',
    'AAABAgMEBQYHCAkKCwwNDg9VzVTl6GxJ6fo2+Tt10C43SDIu/SRRehtoRWBedtWQlw==',
  ],
  [
    'argon2id, Keycloak, reference implementation (test.c)',
    'password',
    '{"type": "password", "secretData": "{\\"value\\": \\"bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc=\\", \\"salt\\": \\"c29tZXNhbHQ=\\"}", "credentialData": "{\\"hashIterations\\": 2, \\"algorithm\\": \\"argon2\\", \\"additionalParameters\\": {\\"hash_length\\": [\\"32\\"], \\"memory\\": [\\"256\\"], \\"type\\": [\\"id\\"], \\"version\\": [\\"1.3\\"], \\"parallelism\\": [\\"2\\"]}}"}',
  ],
];

/** libxcrypt, of forty times `é`: 80 bytes, of which bcrypt reads 72. */
export const longBcrypt = '$2b$05$abcdefghijklmnopqrstuu9CyuiEyTnupb4rnoYIlshaDzoYa6ZaS';
