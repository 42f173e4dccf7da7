"""``script/bench``: the speed budgets of the design as ratios measured in one run."""
