"""`make bench`: section 12's figures, each beside a peer or a raw limit in the same run."""
