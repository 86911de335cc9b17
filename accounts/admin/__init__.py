"""People in the admin: accounts, where they are signed in, what they may do, and what is kept of them."""

from accounts.admin import bans as bans
from accounts.admin import people as people
from accounts.admin import signing_in as signing_in
