"""The review form (审核表), panel review (会审) and their statistics, for declarations."""
