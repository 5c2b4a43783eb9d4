"""The addresses of the desk: accounts, the queue, approvals, kill switches."""

from django.urls import path

from propdesk.web.pages import (
    desk_account,
    desk_approvals,
    desk_board,
    desk_kill_switches,
    desk_many,
    desk_queue,
    desk_view_as,
    people_actions,
)

ACCOUNT = "staff/accounts/<uuid:id>/"

urlpatterns = [
    path("staff/board/", desk_board.board, name="board"),
    path("staff/board.csv", desk_board.board_csv, name="board-csv"),
    path("staff/accounts/act", desk_many.act, name="accounts-act"),
    path(ACCOUNT, desk_account.account, name="staff-account"),
    path(f"{ACCOUNT}verdicts/<str:verdict>.json", desk_account.evidence, name="account-verdict"),
    *(
        path(f"{ACCOUNT}{name}", view, name=f"account-{name}")
        for name, view in desk_account.VIEWS.items()
    ),
    path("staff/queue/", desk_queue.queue, name="desk-queue"),
    path("staff/queue/acknowledge", desk_queue.seen, name="queue-acknowledge"),
    path("staff/cases/<uuid:id>/close", desk_queue.close, name="case-close"),
    path("staff/messages/<uuid:id>/again", desk_queue.again, name="message-again"),
    path("staff/approvals/", desk_approvals.approvals, name="approvals"),
    path("staff/approvals/<uuid:id>/approve", desk_approvals.approve, name="approval-approve"),
    path("staff/approvals/<uuid:id>/refuse", desk_approvals.refuse, name="approval-refuse"),
    path("staff/kill-switches/", desk_kill_switches.switches, name="kill-switches"),
    path("staff/kill-switches/set", desk_kill_switches.begin, name="kill-switch-set"),
    path("staff/kill-switches/<uuid:id>/lift", desk_kill_switches.lift, name="kill-switch-lift"),
    path("staff/people/<uuid:id>/view-as", people_actions.view_as, name="person-view-as"),
    path("staff/view-as/end", desk_view_as.end, name="view-as-end"),
]
