"""Whether a text may be published: every rule a named check with what it measured and what it allows.

It must never repair what it finds, and never let an opinion overrule a rule.
"""
