-- Everything that was done, append-only: what happened (event), to what (subject), by whom (actor), and the data of it.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mode text NOT NULL CONSTRAINT audit_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  at timestamptz NOT NULL,
  event text NOT NULL,
  subject text NOT NULL,
  actor text NOT NULL,
  data jsonb
);

CREATE INDEX audit_recent_idx ON audit (mode, id);
CREATE INDEX audit_subject_idx ON audit (subject, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows are kept for ever', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keep BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bets_never_deleted BEFORE DELETE ON bets FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bets_keep BEFORE TRUNCATE ON bets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
