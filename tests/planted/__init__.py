"""An app of jobs that journeys plant in a whole system: some secret, some not, in every kind of pool.

Never imported by the product; a system started with tests.planted.settings has it besides its own.
"""
