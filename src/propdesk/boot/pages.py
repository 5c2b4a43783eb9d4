"""The web pages as a server's worker loads them: ``propdesk.boot.pages:application``.

It must not read settings of its own: the environment was prepared by whoever started the worker.
"""

import os
import signal

from django.core.wsgi import get_wsgi_application

from propdesk.boot.parent_death import end_with_parent

# The server's own supervisor may be killed outright; a worker left behind would hold the port.
end_with_parent()
# Ctrl-C reaches every process of the terminal's group. The supervisor alone answers it, by a
# SIGTERM: a worker that gets both at once can lock up between its two handlers.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
application = get_wsgi_application()
