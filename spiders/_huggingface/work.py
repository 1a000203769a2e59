"""Models, data sets, Spaces and papers as evidence."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from spiders._huggingface.answers import Paper, Repo
from spiders._reading.clean import EXCERPT, TITLE, clean, clean_lines, clean_tags
from storage.records import AccountKey, Evidence, Level, Origin

KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
# `createdAt` of everything older is this moment of March 2022, when the field was introduced.
FLOOR = datetime(2022, 3, 2, 23, 29, 5, tzinfo=UTC)
RECOGNISED = 25  # likes: given by people, while downloads are mostly made by machines
FILES = 60
# Weights, data and pictures prove nothing that their repository does not; what is kept shows how it was built.
_WEIGHTS = (
    *(
        ".safetensors",
        ".bin",
        ".pt",
        ".pth",
        ".ckpt",
        ".h5",
        ".msgpack",
        ".gguf",
        ".npy",
        ".npz",
        ".pkl",
        ".onnx",
        ".keras",
    ),
    *(".tflite", ".pb", ".zip", ".mlmodel", ".mlpackage", ".joblib", ".nemo"),
)
_NO_SIGNS = (
    *(".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".gguf", ".npy", ".npz", ".pkl", ".parquet"),
    *(".arrow", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".wav", ".mp3", ".gitattributes", ".zip", ".tar"),
)
# Prefixes of tags the Hub writes itself; `library:` of a data set names readers, not what its author used.
_MACHINE = (
    *("region:", "license:", "arxiv:", "doi:", "base_model:", "dataset:", "language:", "size_categories:", "format:"),
    *("library:", "diffusers:", "model-index", "annotations_creators:", "source_datasets:", "multilinguality:"),
    *(
        "endpoints_compatible",
        "autotrain_compatible",
        "deploy:",
        "text-generation-inference",
        "eval-results",
        "has_space",
    ),
)
_NAMED = ("task_categories:", "task_ids:", "modality:", "benchmark:", "other:")
# Formats of weights, mostly written by converters: they show a framework only where PyTorch was not the first one.
_CONVERTED = frozenset({"tf", "jax", "tflite", "coreml"})
# ISO 639-1 codes stand among the tags: "ml" is Malayalam and "cv" is Chuvash there.
_CODES = (
    "ml cv aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv "
    "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik "
    "io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn "
    "mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg "
    "si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo "
    "xh yi yo za zh zu"
)
_LANGUAGES = frozenset(_CODES.split())


def evidence(repo: Repo, listed: str, owner: AccountKey, site: str, origin: Origin) -> Evidence:
    """One repository of its owner; `listed` is the list it stood in (models, datasets, spaces)."""
    figures = {"likes": repo.likes, "downloads": repo.downloads, "downloads_all_time": repo.downloads_all_time}
    return Evidence(
        account=owner,
        source_id=repo.number,
        kind=KINDS[listed],
        url=address(repo, listed, site),
        title=clean(repo.card.title or repo.card.pretty_name, TITLE) or clean(repo.name, TITLE) or repo.number,
        text=clean_lines("\n".join(_text(repo)), EXCERPT),
        event_at=repo.last_modified or began(repo),
        started_at=began(repo),
        level=level(repo),
        tags=clean_tags((repo.pipeline_tag, repo.library_name, repo.sdk, *tags(repo))),
        files=tuple(files(repo)),
        figures={name: float(value) for name, value in figures.items() if value is not None},
        origin=origin,
    )


def address(repo: Repo, listed: str, site: str) -> str:
    """Where people read of a repository."""
    return f"{site}/{'' if listed == 'models' else f'{listed}/'}{repo.id}"


def began(repo: Repo) -> datetime | None:
    """When a repository was made; None for those older than the field."""
    return repo.created_at if repo.created_at and repo.created_at > FLOOR else None


def level(repo: Repo) -> Level:
    """Copies are activity; own work is practice, recognised once people liked it."""
    if is_copy(repo):
        return Level.ACTIVITY
    return Level.RECOGNISED if (repo.likes or 0) >= RECOGNISED else Level.PRACTICE


def is_copy(repo: Repo) -> bool:
    """Whether it is somebody else's work in another format, or a duplicate of it."""
    quantised = any(tag.startswith("base_model:quantized:") for tag in repo.tags)
    converted = "gguf" in repo.tags and not repo.pipeline_tag
    return quantised or repo.card.duplicated_from is not None or converted or _has_no_weights_of_its_own(repo)


def _has_no_weights_of_its_own(repo: Repo) -> bool:
    """Whether it is made from another model, and its files, which are known, hold no weights."""
    names = [file.rfilename.lower() for file in repo.siblings or ()]
    return bool(repo.card.base_model) and bool(names) and not any(name.endswith(_WEIGHTS) for name in names)


def tags(repo: Repo) -> Iterator[str]:
    """Tags people chose, and tasks; without licences, languages, regions and what the Hub computes."""
    left_out = {"rust", *(code.lower() for code in repo.card.language), *(_CONVERTED if "pytorch" in repo.tags else ())}
    for tag in repo.tags:
        name = next((tag.removeprefix(prefix) for prefix in _NAMED if tag.startswith(prefix)), tag)
        if not name.startswith(_MACHINE) and name.lower() not in _LANGUAGES and name.lower() not in left_out:
            yield name


def files(repo: Repo) -> Iterator[str]:
    """Names of files that show how it was built, those at the top first, at most `FILES`."""
    names = (file.rfilename for file in repo.siblings or ())
    telling = [name for name in names if not name.lower().endswith(_NO_SIGNS) and len(name) <= 200]
    yield from sorted(telling, key=lambda name: (name.count("/"), name))[:FILES]


def _text(repo: Repo) -> Iterator[str]:
    yield from filter(None, (repo.card.short_description, repo.description))
    told = (("Made from", repo.card.base_model), ("Trained on", repo.card.datasets), ("Languages", repo.card.language))
    yield from (f"{label}: {', '.join(_few(names))}." for label, names in told if names)


def _few(names: Iterable[str], most: int = 12) -> list[str]:
    listed = list(names)
    return listed[:most] + (["…"] if len(listed) > most else [])


def paper(read: Paper, position: int, owner: AccountKey, site: str, origin: Origin) -> Evidence:
    """A paper whose author confirmed to be this account; `position` counts from 1."""
    code = next(filter(None, (read.repository, read.project)), None)
    about = f"Author {position} of {len(read.authors)}, confirmed by the account." + (f" Code: {code}" if code else "")
    return Evidence(
        account=owner,
        source_id=read.id,
        kind="paper",
        url=f"{site}/papers/{read.id}",
        title=clean(read.title, TITLE) or read.id,
        text=clean_lines("\n".join(filter(None, (about, read.summary))), EXCERPT),
        event_at=read.published_at,
        level=Level.PRACTICE,
        tags=clean_tags(read.keywords),
        figures={
            "authors": float(len(read.authors)),
            "position": float(position),
            **({"upvotes": float(read.upvotes)} if read.upvotes is not None else {}),
        },
        origin=origin,
    )
