"""The ledger, `INCIDENTS.md`: read without loss, written one entry at a time, never rewritten."""

from loop.ledger.changes import only_own_changes as only_own_changes
from loop.ledger.parse import Document as Document
from loop.ledger.parse import foreign as foreign
from loop.ledger.parse import own_entries as own_entries
from loop.ledger.parse import parse as parse
from loop.ledger.rules import prevention_rules as prevention_rules
from loop.ledger.upsert import upsert as upsert
from loop.ledger.words import EntryContext as EntryContext
from loop.ledger.write import Written as Written
from loop.ledger.write import write_incident as write_incident
from policies.ledger_entry import FIELDS as FIELDS
