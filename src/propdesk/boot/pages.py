"""The web pages as a server's worker loads them: ``propdesk.boot.pages:application``.

It must not read settings of its own: the environment was prepared by whoever started the worker.
"""

import os

from django.core.wsgi import get_wsgi_application

from propdesk.boot.parent_death import end_with_parent
from propdesk.web.rulebook_library import read_ahead

# The server's own supervisor may be killed outright; a worker left behind would hold the port.
end_with_parent()
# Out of the terminal's group, to which Ctrl-C goes: the supervisor alone answers it, by one
# SIGTERM. A worker that gets both at once can miss both.
os.setsid()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
application = get_wsgi_application()
read_ahead()

# Its tables exist once Django is set up. What an earlier process left unfinished is taken up.
from propdesk.web.unfinished import watch  # noqa: E402

watch()
