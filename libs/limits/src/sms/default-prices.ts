/**
 * The price of an SMS segment in euros, rounded up to a few steps: a default to be replaced by the prices of your contract
 * (`SMS_POLICY_FILE`). A country that is not listed has no price, and nothing is sent there.
 */
const steps: Record<string, string> = {
  '0.01': 'CA PR US',
  '0.04': 'AU AX BR CL CN DK EE FI GB GG HK IE IM JE KR LT LV MX NO NZ PL PT SE',
  '0.06': 'CY CZ ES GI GR HR HU IS IT LI LU MC MO MT MY SG SI SK SM TH TW VA ZA',
  '0.08': 'AD AT BE CH DE FR IN JP NL',
  '0.1': 'AE AR BG BH CO CR IL PE PH RO RS SA TR UY VN',
  '0.15': 'AL AM BA BO BW EC EG GE GH GT HN KE KW MA MD ME MK NG NI OM PA PY QA RW SV TZ UA UG XK ZM',
  '0.3': 'AF AO AZ BD BY DZ ET ID IQ JO KG KH KZ LA LB LK LY MM MN MZ NP PK PS RU SN TJ TM TN UZ YE ZW',
};

/** ISO 3166-1 alpha-2 to the price of a segment. */
export const defaultPrices: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(steps).flatMap(([price, countries]) =>
    countries.split(' ').map((country) => [country, Number(price)]),
  ),
);
