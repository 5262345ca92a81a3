"""The ledger: saves as they came, what they add up to, and what goes down to phones."""

from server.ledger.receive import Receipt, receive, save_from_desk

__all__ = ["Receipt", "receive", "save_from_desk"]
