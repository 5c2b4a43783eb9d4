"""Small statements in the real forms, for the tests that need to change one cell."""

from decimal import Decimal

from scripts.statement_pages import Head, Trade, mt4_page, mt5_page

D = Decimal
HEAD_MT4 = Head("700", "USD", D("10000.00"), "2026.03.02 09:00:00", "2026 March 6, 18:00")
HEAD_MT5 = Head("700", "USD", D("10000.00"), "2026.03.02 09:00:00", "2026.03.06 18:00")
TRADES = (
    Trade(
        101, "EURUSD", "buy", D("1.00"), "2026.03.02 10:00:00", D("1.08000"),
        "2026.03.02 12:00:00", D("1.08100"), D("100.00"), commission=D("-7.00"),
        stop=D("1.07500"), target=D("1.08100"), comment="[tp 1.08100]",
    ),
    Trade(
        103, "GBPUSD", "sell", D("0.50"), "2026.03.03 10:00:00", D("1.27000"),
        "2026.03.04 12:00:00", D("1.27200"), D("-100.00"), swap=D("-1.20"), comment="",
    ),
)  # fmt: skip

MT4 = mt4_page(HEAD_MT4, TRADES)
MT5 = mt5_page(HEAD_MT5, TRADES)
