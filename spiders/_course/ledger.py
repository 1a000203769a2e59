"""What a source spent and yielded this night, per lane, and everything it skipped."""

from collections import Counter
from dataclasses import asdict, dataclass

from storage.records import AccountKey, LaneBill

NOT_STORED = "storing failed"  # how the reason begins of a source that ended because the database failed
WAITED = "waited_seconds"  # counter: waiting the source asked for, earlier parts of the night included


@dataclass(slots=True)
class Bill:
    """A running lane bill; see `LaneBill` for the meaning of its fields."""

    requests: int = 0
    counted: int = 0
    points: int = 0
    refused: int = 0
    accounts: int = 0
    evidence: int = 0
    promised: int | None = None
    found: int | None = None


class Ledger:
    """Counts requests by lane and skipped things by name."""

    def __init__(self) -> None:
        self._bills: dict[str, Bill] = {}
        self.skipped: Counter[str] = Counter()
        self._met: dict[str, set[AccountKey]] = {}
        self._found: dict[str, set[AccountKey]] = {}
        self._new_finds: list[tuple[AccountKey, str]] = []

    def bill(self, lane: str) -> Bill:
        """The running bill of a lane, opened at first use."""
        bill = self._bills.get(lane)
        if bill is None:
            bill = self._bills[lane] = Bill()
        return bill

    def met(self, lane: str, account: AccountKey, *, found: bool = True) -> None:
        """Count an account on the lane's bill, once however often it is seen; `found`: the lane showed it."""
        met = self._met.get(lane)
        if met is None:
            met = self._met[lane] = set()
        if account not in met:
            met.add(account)
            self.bill(lane).accounts = len(met)
        if found:
            self.found(lane, account)

    def found(self, lane: str, account: AccountKey) -> None:
        """Say that a lane showed an account, also one that is not on the lane's bill."""
        found = self._found.get(lane)
        if found is None:
            found = self._found[lane] = set()
        if account not in found:
            found.add(account)
            self._new_finds.append((account, lane))

    def take_finds(self) -> list[tuple[AccountKey, str]]:
        """What lanes showed since the last call: account and lane, each pair once a night."""
        taken, self._new_finds = self._new_finds, []
        return taken

    @property
    def accounts(self) -> int:
        """Different accounts seen over all lanes."""
        return len(set().union(*self._met.values()))

    def skip(self, name: str, count: int = 1) -> None:
        """Count something left out; zero leaves no trace."""
        if count:
            self.skipped[name] += count

    @property
    def requests(self) -> int:
        """Requests sent over all lanes, answers of 304 included."""
        return sum(bill.requests for bill in self._bills.values())

    def bills(self) -> tuple[LaneBill, ...]:
        """The frozen bills, in order of first use."""
        return tuple(LaneBill(lane=lane, **asdict(bill)) for lane, bill in self._bills.items())
