-- Written by "npm run written" from the migrations. Do not edit.

create table accounts (
  id text not null,
  status text not null,
  roles text[] not null default '{}'::text[],
  locale text,
  username_sealed bytea,
  username_lookup bytea,
  password_hash text,
  password_changed_at timestamp with time zone,
  password_recovery_id uuid,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  aal smallint not null default 1,
  generation uuid not null default gen_random_uuid(),
  evidence_from timestamp with time zone,
  password_put bytea,
  stopped_at timestamp with time zone,
  known_browsers_epoch integer not null default 0,
  password_cost text,
  language_tag text,
  attested_by uuid,
  CHECK ((aal = ANY (ARRAY[1, 2]))),
  CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text]))),
  PRIMARY KEY (id),
  UNIQUE (username_lookup)
);

create table addresses (
  id uuid not null,
  account_id text not null,
  kind text not null,
  sealed bytea not null,
  lookup bytea not null,
  exact bytea not null,
  verified boolean not null,
  is_primary boolean not null,
  created_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  binding integer not null default 1,
  disabled_at timestamp with time zone,
  bound_at timestamp with time zone,
  compromised_at timestamp with time zone,
  CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text]))),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

create table assists (
  id uuid not null,
  account_id text not null,
  generation uuid not null,
  member_id uuid not null,
  code_digest bytea not null,
  state text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  opened_by bytea,
  source_key bytea,
  known_as jsonb,
  locale text,
  client_id text,
  client_authenticated boolean not null default false,
  recovery_id uuid,
  ended_by text,
  CHECK (((state = 'ended'::text) = (ended_by IS NOT NULL))),
  CHECK (((state = 'matched'::text) = (recovery_id IS NOT NULL))),
  CHECK ((ended_by = ANY (ARRAY['number'::text, 'staff'::text, 'account'::text]))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'opened'::text, 'matched'::text, 'ended'::text]))),
  PRIMARY KEY (id)
);

create table audit_anchors (
  name text not null,
  size bigint not null,
  anchored_at timestamp with time zone not null,
  PRIMARY KEY (name)
);

create table audit_checkpoints (
  size bigint not null,
  note text not null,
  signed_at timestamp with time zone not null,
  PRIMARY KEY (size)
);

create table audit_erasures (
  account_id text not null,
  requested_at timestamp with time zone not null,
  PRIMARY KEY (account_id)
);

create table audit_events (
  id uuid not null,
  at timestamp with time zone not null,
  event text not null,
  actor text not null,
  account_id text,
  recovery_id uuid,
  detail jsonb not null default '{}'::jsonb,
  recorded_at timestamp with time zone default now(),
  recorded_in bigint not null default ((pg_current_xact_id())::text)::bigint,
  request_id text,
  source text,
  CHECK (((at >= (recorded_at - '01:00:00'::interval)) AND (at <= (recorded_at + '01:00:00'::interval)))) NOT VALID,
  PRIMARY KEY (id)
);

create table audit_leaves (
  position bigint not null,
  event_id uuid not null,
  account bytea,
  CHECK (("position" >= 0)),
  PRIMARY KEY ("position"),
  UNIQUE (event_id)
);

create table audit_salts (
  account_id text not null,
  salt bytea not null,
  PRIMARY KEY (account_id)
);

create table audit_sealing (
  one boolean not null default true,
  log uuid not null,
  size bigint not null default 0,
  first bigint not null default 0,
  cluster bigint,
  recorded_in bigint not null default 0,
  event_id uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
  others_sealed boolean not null default true,
  CHECK (one),
  PRIMARY KEY (one)
);

create table audit_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  PRIMARY KEY (level, index)
);

create table authenticators (
  id uuid not null,
  account_id text not null,
  kind text not null,
  created_at timestamp with time zone not null,
  bound_at timestamp with time zone,
  bound_by uuid,
  disabled_at timestamp with time zone,
  secret_sealed bytea,
  last_step bigint,
  salt bytea,
  bound_from text,
  bound_client text,
  counts_from timestamp with time zone,
  suspended_at timestamp with time zone,
  suspended_by uuid,
  removed_at timestamp with time zone,
  removed_by uuid,
  replaced_by uuid,
  CHECK (((secret_sealed IS NULL) <> (salt IS NULL))),
  CHECK ((kind ~ '^[a-z_]{1,40}$'::text)),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

create table authorization_codes (
  digest bytea not null,
  client_id text not null,
  redirect_uri text not null,
  code_challenge text not null,
  account_id text not null,
  recovery_id uuid,
  acr text not null,
  amr text[] not null,
  auth_time timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  session_id uuid,
  generation uuid,
  authenticators text[] not null default '{}'::text[],
  proven_since timestamp with time zone,
  PRIMARY KEY (digest)
);

create table backup_codes (
  authenticator_id uuid not null,
  digest bytea not null,
  used_at timestamp with time zone,
  FOREIGN KEY (authenticator_id) REFERENCES authenticators(id) ON DELETE CASCADE,
  PRIMARY KEY (authenticator_id, digest)
);

create table clients (
  client_id text not null,
  name text not null,
  type text not null,
  secret_digest bytea,
  redirect_uris text[] not null,
  grants text[] not null,
  scopes text[] not null,
  lifetimes jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  tokens_from timestamp with time zone,
  owner text,
  CHECK (((type = 'confidential'::text) = (secret_digest IS NOT NULL))),
  CHECK ((type = ANY (ARRAY['public'::text, 'confidential'::text]))),
  PRIMARY KEY (client_id)
);

create table device_codes (
  id uuid not null,
  device_digest bytea not null,
  user_digest bytea not null,
  client_id text not null,
  scope text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  poll_ms integer not null,
  polled_at timestamp with time zone,
  state text not null default 'pending'::text,
  account_id text,
  session_id uuid,
  CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text, 'used'::text]))),
  PRIMARY KEY (id),
  UNIQUE (device_digest),
  UNIQUE (user_digest)
);

create table failed_attempts (
  key bytea not null,
  failures integer not null,
  wait_until timestamp with time zone not null,
  forget_at timestamp with time zone not null,
  told boolean not null default false,
  PRIMARY KEY (key)
);

create table former_passwords (
  id uuid not null,
  recovery_id uuid not null,
  sealed bytea,
  set_by uuid,
  until timestamp with time zone not null,
  FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE,
  PRIMARY KEY (id),
  UNIQUE (recovery_id)
);

create table guess_odds (
  key bytea not null,
  slot integer not null,
  odds double precision not null,
  digits smallint,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (key, slot)
);

create table idempotent_responses (
  key bytea not null,
  request bytea not null,
  recovery_id uuid not null,
  response json not null,
  expires_at timestamp with time zone not null,
  FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE,
  PRIMARY KEY (key)
);

create table known_networks (
  account_id text not null,
  network bytea not null,
  epoch integer not null,
  seen_at timestamp with time zone not null,
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, network)
);

create table limit_counters (
  key bytea not null,
  spent integer not null,
  resets_at timestamp with time zone not null,
  PRIMARY KEY (key)
);

create table messages (
  id uuid not null,
  recovery_id uuid,
  kind text not null,
  state text not null,
  reason text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  attempts integer not null default 0,
  counter integer not null default 0,
  channel text,
  key_id text,
  bound_to bytea,
  address_id uuid,
  provider_id text,
  sent_at timestamp with time zone,
  account_id text,
  authenticator text,
  change text,
  request_id uuid,
  traceparent text,
  digits smallint,
  CHECK (((change IS NULL) = (kind <> 'authenticators_changed'::text))),
  CHECK (((recovery_id IS NULL) = (kind = 'authenticators_changed'::text))),
  CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  CHECK ((kind = ANY (ARRAY['recovery_code'::text, 'recovery_completed'::text, 'recovery_held'::text, 'recovery_assisted'::text, 'authenticators_changed'::text]))),
  CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'dropped'::text, 'failed'::text]))),
  FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE,
  PRIMARY KEY (id)
);

create table override_requests (
  id uuid not null,
  account_id text not null,
  request text not null,
  requester_id uuid not null,
  request_passkey bytea not null,
  request_client_data bytea not null,
  request_authenticator_data bytea not null,
  request_signature bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  approval text,
  approver_id uuid,
  approval_passkey bytea,
  approval_client_data bytea,
  approval_authenticator_data bytea,
  approval_signature bytea,
  approved_at timestamp with time zone,
  denied_at timestamp with time zone,
  denied_by text,
  used_at timestamp with time zone,
  used_by uuid,
  recovery_id uuid,
  use_seal bytea,
  CHECK (((approver_id <> requester_id) AND (approval_passkey <> request_passkey))),
  CHECK (((num_nulls(used_at, used_by, recovery_id, use_seal) = ANY (ARRAY[0, 4])) AND ((used_at IS NULL) OR (approved_at IS NOT NULL)))),
  CHECK ((num_nulls(approval, approver_id, approval_passkey, approval_client_data, approval_authenticator_data, approval_signature, approved_at) = ANY (ARRAY[0, 7]))),
  CHECK ((used_at >= (approved_at + '24:00:00'::interval))),
  FOREIGN KEY (approval_passkey) REFERENCES staff_passkeys(id),
  FOREIGN KEY (approver_id) REFERENCES staff_members(id),
  FOREIGN KEY (request_passkey) REFERENCES staff_passkeys(id),
  FOREIGN KEY (requester_id) REFERENCES staff_members(id),
  PRIMARY KEY (id)
);

create table recoveries (
  id uuid not null,
  state text not null,
  created_at timestamp with time zone not null,
  idle_expires_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  held_until timestamp with time zone,
  ended_at timestamp with time zone,
  identifier_sealed bytea,
  identifier_digests bytea[] not null,
  locale text,
  channel text,
  client_id text not null,
  redirect_uri text,
  redirect_state text,
  code_challenge text,
  account_id text,
  tries integer not null default 0,
  sends integer not null default 1,
  resend_at timestamp with time zone not null,
  proven_at timestamp with time zone,
  lease_id uuid,
  lease_expires_at timestamp with time zone,
  completed_at timestamp with time zone,
  password_set boolean not null default false,
  proofs text[] not null default '{}'::text[],
  amr text[] not null default '{}'::text[],
  acr text,
  guess_key bytea not null,
  generation uuid,
  proof_authenticators text[] not null default '{}'::text[],
  proof_times timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  client_authenticated boolean not null default false,
  suspended boolean not null default false,
  password_ended boolean not null default false,
  source_key bytea,
  known_as jsonb,
  held_for timestamp with time zone,
  held_by text[],
  assist_id uuid,
  CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
  CHECK ((state = ANY (ARRAY['proving'::text, 'held'::text, 'proven'::text, 'completed'::text, 'cancelled'::text, 'stopped'::text, 'expired'::text]))),
  PRIMARY KEY (id)
);

create table refresh_tokens (
  digest bytea not null,
  session_id uuid not null,
  created_at timestamp with time zone not null,
  replaced_at timestamp with time zone,
  PRIMARY KEY (digest)
);

create table schema_migrations (
  id integer not null default nextval('schema_migrations_id_seq'::regclass),
  timestamp bigint not null,
  name character varying not null,
  PRIMARY KEY (id)
);

create table sessions (
  id uuid not null,
  account_id text,
  client_id text not null,
  scope text not null,
  acr text not null,
  amr text[] not null,
  auth_time timestamp with time zone not null,
  recovery_id uuid,
  idle_ms bigint not null,
  access_ms bigint not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  end_reason text,
  generation uuid,
  unused_access_id uuid,
  PRIMARY KEY (id)
);

create table signing_keys (
  kid text not null,
  use text not null,
  alg text not null,
  private_sealed bytea not null,
  public_jwk jsonb not null,
  created_at timestamp with time zone not null,
  generation integer not null,
  active_from timestamp with time zone not null,
  CHECK ((use = ANY (ARRAY['access_token'::text, 'recovery_assertion'::text]))),
  PRIMARY KEY (kid)
);

create table sms_prefixes (
  prefix text not null,
  proven_at timestamp with time zone,
  open_until timestamp with time zone,
  probes integer not null default 0,
  PRIMARY KEY (prefix)
);

create table sms_receipts (
  provider_id text not null,
  reason text not null,
  received_at timestamp with time zone not null,
  PRIMARY KEY (provider_id)
);

create table sms_reservations (
  message_id uuid not null,
  country text not null,
  prefix text not null,
  client_id text,
  number bytea not null,
  is_code boolean not null,
  counts boolean not null,
  price bigint not null,
  unproven boolean not null,
  reserved_at timestamp with time zone not null,
  slot timestamp with time zone not null,
  probing text[] not null,
  proven_at timestamp with time zone,
  counted boolean not null default false,
  PRIMARY KEY (message_id)
);

create table sms_spending (
  scope text not null,
  spent bigint not null default 0,
  unproven bigint not null default 0,
  resets_at timestamp with time zone not null,
  PRIMARY KEY (scope)
);

create table sms_traffic (
  prefix text not null,
  slot timestamp with time zone not null,
  sent integer not null,
  proven integer not null default 0,
  PRIMARY KEY (prefix, slot)
);

create table staff_challenges (
  digest bytea not null,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (digest)
);

create table staff_invitations (
  id uuid not null,
  member_id uuid not null,
  digest bytea not null,
  seal bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  FOREIGN KEY (member_id) REFERENCES staff_members(id),
  PRIMARY KEY (id)
);

create table staff_members (
  id uuid not null,
  name text not null,
  role text not null,
  demo boolean not null default false,
  seal bytea not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  CHECK ((role = ANY (ARRAY['support'::text, 'security'::text, 'auditor'::text, 'admin'::text]))),
  PRIMARY KEY (id)
);

create table staff_passkeys (
  id bytea not null,
  member_id uuid not null,
  public_key bytea not null,
  seal bytea not null,
  counter bigint not null,
  transports text[] not null,
  synced boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  ended_at timestamp with time zone,
  CHECK (((octet_length(id) >= 1) AND (octet_length(id) <= 1023))),
  FOREIGN KEY (member_id) REFERENCES staff_members(id),
  PRIMARY KEY (id)
);

create table staff_sessions (
  id uuid not null,
  member_id uuid not null,
  passkey_id bytea,
  digest bytea not null,
  seal bytea not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  idle_expires_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  fresh_until timestamp with time zone not null,
  ended_at timestamp with time zone,
  FOREIGN KEY (member_id) REFERENCES staff_members(id),
  FOREIGN KEY (passkey_id) REFERENCES staff_passkeys(id),
  PRIMARY KEY (id)
);

create table used_token_ids (
  jti text not null,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (jti)
);

CREATE INDEX accounts_password_cost ON public.accounts USING btree (password_cost) WHERE (password_cost IS NOT NULL);
CREATE INDEX addresses_account ON public.addresses USING btree (account_id);
CREATE UNIQUE INDEX addresses_exact ON public.addresses USING btree (exact) WHERE (verified AND (removed_at IS NULL));
CREATE INDEX addresses_lookup ON public.addresses USING btree (lookup) WHERE (verified AND (removed_at IS NULL));
CREATE UNIQUE INDEX assists_code_digest ON public.assists USING btree (code_digest);
CREATE INDEX assists_expires_at ON public.assists USING btree (expires_at);
CREATE INDEX audit_events_account ON public.audit_events USING btree (account_id, at) WHERE (account_id IS NOT NULL);
CREATE INDEX audit_events_at ON public.audit_events USING btree (at);
CREATE INDEX audit_events_recorded_in ON public.audit_events USING btree (recorded_in, id);
CREATE INDEX audit_events_recovery ON public.audit_events USING btree (recovery_id) WHERE (recovery_id IS NOT NULL);
CREATE INDEX audit_events_request ON public.audit_events USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE INDEX audit_events_seldom ON public.audit_events USING btree (event, at) WHERE (event <> ALL (ARRAY['recovery_started'::text, 'recovery_message_sent'::text, 'recovery_proven'::text, 'recovery_completed'::text, 'authn_token_created'::text, 'authn_token_revoked'::text]));
CREATE INDEX audit_events_settings ON public.audit_events USING btree (at) WHERE (event = 'settings_in_force'::text);
CREATE UNIQUE INDEX authenticators_account ON public.authenticators USING btree (account_id, kind, ((bound_at IS NULL))) WHERE (suspended_at IS NULL);
CREATE INDEX authenticators_of_account ON public.authenticators USING btree (account_id);
CREATE INDEX authenticators_removed ON public.authenticators USING btree (removed_at) WHERE (removed_at IS NOT NULL);
CREATE INDEX authorization_codes_account ON public.authorization_codes USING btree (account_id);
CREATE INDEX authorization_codes_recovery ON public.authorization_codes USING btree (recovery_id) WHERE (recovery_id IS NOT NULL);
CREATE INDEX device_codes_account ON public.device_codes USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX device_codes_expiry ON public.device_codes USING btree (expires_at);
CREATE INDEX former_passwords_set_by ON public.former_passwords USING btree (set_by) WHERE (set_by IS NOT NULL);
CREATE INDEX former_passwords_until ON public.former_passwords USING btree (until);
CREATE INDEX idempotent_responses_expires_at ON public.idempotent_responses USING btree (expires_at);
CREATE INDEX idempotent_responses_recovery ON public.idempotent_responses USING btree (recovery_id);
CREATE INDEX known_networks_seen ON public.known_networks USING btree (seen_at);
CREATE INDEX messages_account ON public.messages USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX messages_due ON public.messages USING btree (due_at) WHERE (state = 'queued'::text);
CREATE INDEX messages_of_accounts ON public.messages USING btree (created_at) WHERE (account_id IS NOT NULL);
CREATE INDEX messages_provider ON public.messages USING btree (provider_id) WHERE (provider_id IS NOT NULL);
CREATE INDEX messages_recovery ON public.messages USING btree (recovery_id);
CREATE INDEX override_requests_account ON public.override_requests USING btree (account_id);
CREATE UNIQUE INDEX override_requests_recovery ON public.override_requests USING btree (recovery_id);
CREATE INDEX recoveries_account ON public.recoveries USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX recoveries_not_ended ON public.recoveries USING btree (id) WHERE (ended_at IS NULL);
CREATE INDEX refresh_tokens_session ON public.refresh_tokens USING btree (session_id, created_at);
CREATE INDEX sessions_account ON public.sessions USING btree (account_id);
CREATE INDEX sessions_recovery ON public.sessions USING btree (recovery_id) WHERE (recovery_id IS NOT NULL);
CREATE UNIQUE INDEX signing_keys_generation ON public.signing_keys USING btree (use, generation);
CREATE INDEX sms_receipts_received_at ON public.sms_receipts USING btree (received_at);
CREATE INDEX sms_reservations_number ON public.sms_reservations USING btree (number);
CREATE INDEX sms_reservations_to_count ON public.sms_reservations USING btree (proven_at) WHERE ((proven_at IS NOT NULL) AND (NOT counted));
CREATE INDEX staff_challenges_expires_at ON public.staff_challenges USING btree (expires_at);
CREATE UNIQUE INDEX staff_invitations_digest ON public.staff_invitations USING btree (digest);
CREATE INDEX staff_invitations_expires_at ON public.staff_invitations USING btree (expires_at);
CREATE INDEX staff_invitations_member ON public.staff_invitations USING btree (member_id);
CREATE UNIQUE INDEX staff_members_demo ON public.staff_members USING btree (role) WHERE demo;
CREATE INDEX staff_passkeys_member ON public.staff_passkeys USING btree (member_id);
CREATE UNIQUE INDEX staff_sessions_digest ON public.staff_sessions USING btree (digest);
CREATE INDEX staff_sessions_expires_at ON public.staff_sessions USING btree (expires_at);
CREATE INDEX staff_sessions_member ON public.staff_sessions USING btree (member_id);
CREATE INDEX used_token_ids_expires_at ON public.used_token_ids USING btree (expires_at);
CREATE TRIGGER audit_events_keep BEFORE DELETE OR UPDATE ON public.audit_events FOR EACH ROW EXECUTE FUNCTION audit_events_keep();
CREATE TRIGGER audit_events_never_emptied BEFORE TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION audit_events_keep();
