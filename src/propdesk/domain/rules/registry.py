"""Every rule there is: its word, its terms, its judge."""

from propdesk.domain.judging import Judge
from propdesk.domain.rules.activity_days import ActivityDays, ActivityDaysJudge
from propdesk.domain.rules.capital import Capital, CapitalJudge
from propdesk.domain.rules.concentration import Concentration, ConcentrationJudge
from propdesk.domain.rules.condition import Condition, ConditionJudge
from propdesk.domain.rules.consistency import Consistency, ConsistencyJudge
from propdesk.domain.rules.daily_loss import DailyLoss, DailyLossJudge
from propdesk.domain.rules.exposure import ExposureJudge, ExposureLimit
from propdesk.domain.rules.flat_by import FlatBy, FlatByJudge
from propdesk.domain.rules.gap_trading import GapTrading, GapTradingJudge
from propdesk.domain.rules.grid import Grid, GridJudge
from propdesk.domain.rules.hedging import Hedging, HedgingJudge
from propdesk.domain.rules.holding_time import HoldingTime, HoldingTimeJudge
from propdesk.domain.rules.inactivity import Inactivity, InactivityJudge
from propdesk.domain.rules.limit_prices import LimitPrices, LimitPricesJudge
from propdesk.domain.rules.martingale import Martingale, MartingaleJudge
from propdesk.domain.rules.news import News, NewsJudge
from propdesk.domain.rules.open_risk import OpenRisk, OpenRiskJudge
from propdesk.domain.rules.order_rate import OrderRate, OrderRateJudge
from propdesk.domain.rules.overall_loss import OverallLoss, OverallLossJudge
from propdesk.domain.rules.profit_cap import ProfitCap, ProfitCapJudge
from propdesk.domain.rules.profit_target import ProfitTarget, ProfitTargetJudge
from propdesk.domain.rules.size_consistency import SizeConsistency, SizeConsistencyJudge
from propdesk.domain.rules.stop_loss import StopLoss, StopLossJudge
from propdesk.domain.rules.stop_to_target import StopToTarget, StopToTargetJudge
from propdesk.domain.rules.time_limit import TimeLimit, TimeLimitJudge
from propdesk.domain.rules.trading_hours import TradingHours, TradingHoursJudge
from propdesk.domain.terms import RuleTerms

RULES: dict[str, tuple[type[RuleTerms], type[Judge]]] = {  # type: ignore[type-arg]
    "activity_days": (ActivityDays, ActivityDaysJudge),
    "capital": (Capital, CapitalJudge),
    "concentration": (Concentration, ConcentrationJudge),
    "condition": (Condition, ConditionJudge),
    "consistency": (Consistency, ConsistencyJudge),
    "daily_loss": (DailyLoss, DailyLossJudge),
    "flat_by": (FlatBy, FlatByJudge),
    "gap_trading": (GapTrading, GapTradingJudge),
    "news": (News, NewsJudge),
    "exposure": (ExposureLimit, ExposureJudge),
    "open_risk": (OpenRisk, OpenRiskJudge),
    "overall_loss": (OverallLoss, OverallLossJudge),
    "profit_cap": (ProfitCap, ProfitCapJudge),
    "profit_target": (ProfitTarget, ProfitTargetJudge),
    "trading_hours": (TradingHours, TradingHoursJudge),
    "grid": (Grid, GridJudge),
    "hedging": (Hedging, HedgingJudge),
    "limit_prices": (LimitPrices, LimitPricesJudge),
    "martingale": (Martingale, MartingaleJudge),
    "order_rate": (OrderRate, OrderRateJudge),
    "stop_loss": (StopLoss, StopLossJudge),
    "stop_to_target": (StopToTarget, StopToTargetJudge),
    "holding_time": (HoldingTime, HoldingTimeJudge),
    "inactivity": (Inactivity, InactivityJudge),
    "size_consistency": (SizeConsistency, SizeConsistencyJudge),
    "time_limit": (TimeLimit, TimeLimitJudge),
}
