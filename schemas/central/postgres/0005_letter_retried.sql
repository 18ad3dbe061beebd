-- A letter is also settled as `retried`: its device has sent the row anew, and what became of that stands there.
ALTER TABLE edge.dead_letter DROP CONSTRAINT dead_letter_state_check;
ALTER TABLE edge.dead_letter ADD CONSTRAINT dead_letter_state_check CHECK (state IN ('open', 'taken', 'discarded', 'retried'));
