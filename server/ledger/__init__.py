"""The ledger: saves as they came, what they add up to, and what goes down to phones."""

from server.ledger.receipts import Receipt
from server.ledger.receive import receive, save_from_desk

__all__ = ["Receipt", "receive", "save_from_desk"]
