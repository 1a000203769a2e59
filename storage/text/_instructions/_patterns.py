"""What a sentence looks like that gives orders to whoever reads it by machine, by language.

Patterns meet a folded sentence: lower case, no accents, no invisible signs, at most 500 code points. An order begins a
clause: "ignore previous rules" is one, "I ignore rules" is none. Beside each pattern stand words one of which it needs.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class Rule(NamedTuple):
    """A pattern, and words of a lower-case text (with or without accents) one of which it needs."""

    needs: tuple[str, ...]
    source: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when it is first needed: most processes read no text at all."""
        return _compiled(self.source)


_compiled = cache(re.compile)


_START = (
    r"(?:^\W*|[,:;!?>)\]}\"'(\[{*#-]\s*|\b(?:please|kindly|then|instead|must|should|now|and|und|et|y|e|i|bitte|"
    r"prosze)\s)"
)
_GAP = r"(?:[\w'-]+\s+)"
_RULES = r"(?:instruction|prompt|rule|guideline|directive|command|constraint|polic(?:y|ie))s?\b"
_PRIOR = (
    r"(?:previous|prior|above|earlier|preceding|former|past|foregoing|existing|original|initial|current|system|given"
    r"|safety|these|those|your)"
)
_IGNORING = (
    *("ignore ", "disregard ", "forget ", "override ", "bypass ", "discard ", "neglect ", "no attention"),
    *(f"{no} {verb}" for no in ("not", "don't", "don’t", "stop") for verb in ("follow", "obey")),
)
_IGNORE = (
    r"(?:ignore|disregard|forget|override|bypass|discard|neglect|(?:do not|don't|stop) (?:follow|obey)(?:ing)?"
    r"|pay no attention to)"
)
_WHO = (
    "candidate",
    "applicant",
    "this profile",
    "this person",
    "this resume",
    "this cv",
    "this lead",
    "this individual",
)
_WHOM = (
    r"(?:this (?:\w+ )?(?:candidate|applicant)|this (?:profile|person|resume|cv|lead|individual)"
    r"|the (?:candidate|applicant))\b"
)
_JUDGE = (
    r"(?:rate|score|rank|grade|mark|classify|prioriti[sz]e|shortlist|prefer|approve|select|treat|recommend|hire|put"
    r"|place|label|give|award|assign|judge|present|list)"
)
_ORDER = (
    r"\b(?:rate|rank|score|ignore|add|set|mark|recommend|approve|shortlist|hire|prefer|output|give|put|select|delete|"
    r"call|please)\b"
)
_MACHINE = r"(?:ai|a\.i\.|llm|large language model|language model|chatbot|gpt|claude|gemini|copilot|automated)s?\b"
_TOP = r"(?:1(?:\.0+)?|10(?:/10)?|100|max\w*|perfect|high\w*|true)\b"
_VERDICT = r"[\"'](?:verified|approved|recommend\w*|hired?|decision|shortlist\w*)[\"']\s*:"
_FULL_SCORE = rf"[\"'](?:score|rating|rank|fit|match|total)[\"']\s*:\s*[\"']?{_TOP}"
_FRAMED = tuple(
    f"{who}{what}"
    for who in ("system", "assistant", "developer", "user", "admin", "administrator", "ai", "model")
    for what in (*(":", " :", "]", ">", "**:", " message", " override", " prompt", " note", " instruction", " update"),)
)
_ADDRESSED = (
    *(
        f"{word} {to} "
        for word in ("note", "message", "instruction", "notice", "reminder", "hint")
        for to in ("to", "for")
    ),
    *("instructions to ", "instructions for ", "attention"),
    *(
        f"{word} {who}"
        for word in ("hello", "hi", "hey", "dear", "hello,", "hi,", "hey,")
        for who in ("ai", "a.i", "llm")
    ),
    *("dear lang", "dear large", "dear auto", "dear chat", "hello chat", "hello lang"),
)


def _rule(needs: tuple[str, ...], pattern: str) -> Rule:
    return Rule(needs, pattern)


_ENGLISH = (
    _rule(_IGNORING, rf"{_START}{_IGNORE}\s+{_GAP}{{0,3}}?{_PRIOR}\s+{_GAP}{{0,2}}?{_RULES}"),
    _rule(
        _IGNORING,
        rf"{_START}{_IGNORE}\s+(?:{_GAP}{{0,4}}?{_RULES}\s+(?:above|before this|so far|you (?:were|have been) given)"
        r"|(?:everything|anything|all)(?: that)? (?:above|before this|you (?:were|have been) told))",
    ),
    # Somebody who plays the system, or the words that frame what a model is told.
    _rule(
        _FRAMED,
        r"^\W*(?:system|assistant|developer|user|admin|administrator|ai|model)\W{0,3}"
        r"(?:message|override|prompt|note|instruction|update)?\s*[:>\]].{0,200}?\b(?:applicant|candidate|"
        r"you (?:are|must|should|will|recommend|have to)|approve|set |add |rate |rank |ignore |grant |verified|"
        r"this (?:person|profile|lead)|mark )",
    ),
    _rule(
        ("<|im_", "<|sys", "<|user", "<|assis", "inst]", "<<sys", "<</sys"),
        r"<\|(?:im_start|im_end|system|user|assistant)\|>|\[/?inst\]|<</?sys>>",
    ),
    _rule(("##",), r"^\W*#{2,}\s*(?:new |system |your )?(?:instruction|system|prompt)s?\s*:\s*\w"),
    _rule(
        (" override", "of prompt", "of the prompt", "system prompt"),
        r"\b(?:system|admin|security) override\b|\bend of (?:the )?(?:system )?prompt\b|\b(?:new|"
        r"updated) system prompt\b",
    ),
    # How to judge somebody.
    _rule(_WHO, rf"{_START}{_JUDGE}\s+{_GAP}{{0,2}}?{_WHOM}"),
    _rule(
        _WHO,
        rf"{_WHOM} (?:must|should|shall|has to|needs to|deserves to) be {_GAP}{{0,2}}?(?:rated|scored|ranked|"
        rf"graded|hired"
        r"|approved|shortlisted|selected|prioriti[sz]ed|recommended|marked|given|placed|preferred)",
    ),
    _rule(
        ("candidate", "applicant"),
        r"\b(?:this|the) (?:candidate|applicant) (?:has been|is|was) (?:already |fully |pre-?)?(?:verified|"
        r"approved|vetted)",
    ),
    _rule(
        ("rate m", "score m", "rank m", "grade m"),
        rf"{_START}(?:rate|score|rank|grade) (?:me|my profile) (?:as|at|with|first|highest|top|a |{_TOP})",
    ),
    _rule(
        ("give me", "award me", "assign me"),
        rf"{_START}(?:give|award|assign) me {_GAP}{{0,3}}?(?:score|rating|rank|points|grade)s?\b",
    ),
    _rule(
        tuple(f"{what}{to}" for what in ("score", "rating", "rank") for to in ("=", " =", ":", " to ")),
        rf"{_START}set {_GAP}{{0,2}}?(?:score|rating|rank)\s*(?:=|:|to )\s*[\"']?{_TOP}",
    ),
    _rule(
        tuple(
            f"{verb} {whom}"
            for verb in ("summarise", "summarize", "describe", "introduce", "portray")
            for whom in ("me ", "him ", "her ", "this ", "the cand", "the appl")
        ),
        rf"{_START}(?:summari[sz]e|describe|introduce|portray) (?:me|him|her|{_WHOM}) (?:as|with|only)\b",
    ),
    _rule(
        tuple(
            f"{no} {verb} "
            for no in ("not", "don't", "don’t")
            for verb in ("mention", "list", "report", "reveal", "note", "include")
        ),
        rf"\bdo(?: not|n't) (?:mention|list|report|reveal|note|include) {_GAP}{{0,2}}?(?:gap|weakness|weaknesses|"
        rf"negative|"
        r"missing|lack|shortcoming|concern|red flag|doubt|risk)s?\b",
    ),
    _rule(
        ("add skill", "add the skill", "to my ", "to the ", "to his ", "to her ", "to this "),
        rf"{_START}add (?:the )?(?:skills?\b|.{{1,60}}? to (?:my|the|this \w+|his|her) (?:skills|record|strengths|score"
        r"|rating)\b)",
    ),
    _rule(('score"', "score'", 'rating"', 'rank"', 'fit"', 'match"', 'total"'), rf"{_FULL_SCORE}.{{0,200}}?{_VERDICT}"),
    _rule(('score"', "score'", 'rating"', 'rank"', 'fit"', 'match"', 'total"'), rf"{_VERDICT}.{{0,200}}?{_FULL_SCORE}"),
    # What to give away or to do.
    _rule(
        (
            *("api key", "api-key", "api_key", "apikey", "access token", "password", "credentials", "system prompt"),
            *("your prompt", "your instr", "initial ", "hidden ", "all candidat", "every candidat", "other candidat"),
            *("all applic", "every applic", "other applic", "all lead", "every lead", "other lead", "all profile"),
            *("every profile", "other profile"),
        ),
        rf"{_START}(?:send|post|forward|e-?mail|upload|leak|reveal|print|show|output|exfiltrate|return|list|share|"
        rf"repeat|"
        rf"display|dump|copy|give me|tell me)\s+{_GAP}{{0,4}}?(?:api[ _-]?keys?|access tokens?|passwords?|credentials|"
        r"system prompt|(?:your|initial|hidden) (?:prompt|instructions)|(?:all|every|other|all other) "
        r"(?:candidate|applicant|lead|profile)s?)\b",
    ),
    _rule(
        (
            *tuple(f"{word}_" for word in ("delete", "remove", "set", "add", "update", "approve", "promote", "send")),
            "shortlist_",
            "hire_",
            "reject_",
            "export_",
        ),
        rf"\b(?:call|invoke|execute|run|use) (?:the )?{_GAP}{{0,2}}?[`\"']?(?:delete|remove|set|add|update|approve|"
        rf"promote|"
        r"send|shortlist|hire|reject|export)_\w{0,40}?(?:lead|candidate|applicant|profile|score|rank|rating|e?mail|"
        r"person)"
        r"s?\b",
    ),
    _rule(("when you ",), rf"\bwhen you (?:read|see|process|parse) this\b.{{0,80}}?{_ORDER}"),
    # Spoken to the machine itself.
    _rule(
        ("you are a", "you are the", "you are l", "you're a", "you're the", "you’re a"),
        rf"\b(?:if|when|since|as) you(?: are|'re) (?:an? |the )?(?:{_MACHINE}|bot\b|assistant\b|machine\b|agent\b)"
        rf".{{0,80}}?(?:{_ORDER}|\b(?:reply|respond|say|include|write|print)\b)",
    ),
    _rule(
        _ADDRESSED,
        r"\b(?:note|message|instructions?|hint|attention|hello|hi|hey|dear|notice|reminder)\b[\s,]*(?:to|for)?\s*"
        rf"(?:the |any |all |every )?{_MACHINE}(?: (?:reviewer|recruiter|screener|assistant|agent|system|model|"
        rf"evaluator|"
        rf"reader|crawler|bot|tool)s?\s*[:,\])-]|\s*[:,\])-].{{0,200}}?{_ORDER})",
    ),
    _rule(
        tuple(
            f"{word}{end}"
            for word in ("task", "instruction", "objective", "goal", "mission")
            for end in (":", "s:", " :")
        ),
        r"^\W*(?:new|next|updated|real|actual|your(?: new)?) (?:task|instruction|objective|goal|mission)s?\s*:\s*"
        r"(?:please )?(?:list|print|show|output|rate|rank|score|reveal|ignore|send|respond|reply|set|mark|add|approve|"
        r"recommend|delete|say)\b",
    ),
    _rule(("you are now",), rf"{_START}you are now (?:a|an|the|in|no longer|my|dan)\b"),
    _rule(
        ("act as", "behave as", "respond as", "answer as"),
        rf"{_START}(?:act|behave|respond|answer) as (?:a |an |the |my )?(?:\w+ )?(?:recruiter|hiring manager|ai|system"
        r"|admin\w*)\b",
    ),
    _rule(("pretend ",), rf"{_START}pretend (?:to be|you are|you're|that you)\b"),
    _rule(
        ("from now on",),
        r"\bfrom now on,? (?:you |always |only )(?:are|must|will|should|shall|always|only|have to|answer|respond)\b",
    ),
    _rule(
        ("you must ",),
        rf"\byou must {_GAP}?(?:approve|recommend|rate|rank|score|hire|shortlist|select|answer|respond|reply|output|"
        r"prefer|ignore)\b",
    ),
)
_GERMAN = (
    _rule(
        ("ignorier", "vergiss", "vergessen sie", "missacht", "uberschreib", "überschreib"),
        rf"{_START}(?:ignorier(?:e|en sie|t)|vergiss|vergessen sie|missachten?(?: sie)?|"
        rf"uberschreiben?(?: sie)?)\s+{_GAP}"
        r"{0,2}?(?:vorherig|bisherig|obig|fruher|vorig|vorangegangen|vorhergehend|bestehend|deine|"
        r"ihre)\w*\s+(?:\w+\s+)?"
        r"(?:anweisung|instruktion|regel|befehl|vorgabe|prompt|richtlinie)",
    ),
    _rule(
        ("bewerte", "beurteil", "empfiehl", "empfehle", "bevorzug", "markier", "stufe"),
        rf"{_START}(?:bewerten?|beurteilen?|empfiehl|empfehlen|bevorzugen?|markieren?|stufen?)(?: sie)?\s+"
        r"(?:diese[nrms]?\s+(?:kandidat|bewerber|profil|person|lebenslauf)|den (?:kandidat|bewerber)|mich (?:mit|"
        r"als)\b)",
    ),
    _rule(
        ("die ki", "fur ki", "für ki", "an ki"),
        r"\b(?:hinweis|nachricht|anweisung)\s+(?:an|fur)\s+(?:die\s+)?ki\b|^\W*an die ki\b\s*[:,-]",
    ),
    _rule(("du bist ",), rf"{_START}du bist (?:jetzt|nun|ab jetzt|ab sofort) (?:ein|eine|der|die|mein|kein)\b"),
)
_FRENCH = (
    _rule(
        ("ignore ", "ignorez ", "ignorer ", "oublie", "pas compte"),
        rf"{_START}(?:ignore[rz]?|oublie[rz]?|ne (?:tiens|tenez) pas compte des?)\s+{_GAP}{{0,2}}?(?:instruction|"
        rf"consigne|"
        r"regle|directive|ordre)s?\s+(?:precedent|anterieur|ci-dessus|initial|donne)",
    ),
    _rule(
        ("ce candidat", "cette ", "ce profil", "ce cv", "le candidat", "la candidat"),
        rf"{_START}(?:note[rz]?|evalue[rz]?|attribue[rz]?|classe[rz]?|recommande[rz]?|privilegie[rz]?)\s+(?:a )?"
        r"(?:ce candidat|cette candidate|ce profil|cette personne|ce cv|le candidat|la candidate)\b",
    ),
    _rule(("l'ia", "l’ia"), r"\b(?:note|message|consigne)\s+(?:a|pour)\s+l'?ia\b"),
)
_SPANISH = (
    _rule(
        ("ignora", "ignore ", "olvid", "desestim", "caso omiso", "no sigas"),
        rf"{_START}(?:ignor[ae]n?|olvid[ae]n?|desestim[ae]|haz caso omiso de|"
        rf"no sigas)\s+{_GAP}{{0,2}}?(?:instruccion(?:es)?"
        r"|reglas?|indicacion(?:es)?|ordenes|normas|directrices)\s+(?:anterior|previa|precedente|de arriba|dadas)",
    ),
    _rule(
        ("este ", "esta ", "candidat"),
        rf"{_START}(?:puntua|califica|evalua|valora|clasifica|recomienda|prefiere|aprueba)\s+(?:a\s+)?"
        r"(?:este candidato|esta candidata|este perfil|esta persona|este cv|al? candidat[oa])\b",
    ),
    _rule((" la ia",), r"\b(?:nota|mensaje|instruccion(?:es)?)\s+(?:a|para)\s+la\s+ia\b"),
)
_PORTUGUESE = (
    _rule(
        ("ignora ", "ignore ", "esque", "desconsider", "nao siga", "não siga"),
        rf"{_START}(?:ignor[ae]|esqueca|esquece|desconsider[ae]|nao siga)\s+{_GAP}{{0,2}}?(?:instruc(?:ao|oes)|regras?|"
        r"orientac(?:ao|oes)|ordens|diretrizes|comandos?)\s+(?:anterior|previa|acima|dada)",
    ),
    _rule(
        ("este ", "esta ", "candidat"),
        rf"{_START}(?:avalie|classifique|pontue|recomende|prefira|aprove)\s+(?:a\s+)?"
        r"(?:este candidato|esta candidata|este perfil|esta pessoa|este curriculo|[oa] candidat[oa])\b",
    ),
    _rule((" a ia", "para ia", "à ia"), r"\b(?:nota|mensagem|instruc(?:ao|oes))\s+(?:a|para)\s+a?\s*ia\b"),
)
_POLISH = (
    _rule(
        ("ignoruj", "zapomnij", "pomin", "pomiń", "odrzuc", "odrzuć"),
        rf"{_START}(?:zignoruj|ignoruj|zapomnij|pomin|odrzuc)(?:cie)?(?: o)?\s+{_GAP}{{0,2}}?(?:poprzedni|wczesniejsz|"
        r"powyzsz|dotychczasow)\w*\s+(?:instrukcj|polece|zasad|regul|wytyczn)",
    ),
    _rule(
        ("ocen", "oceń", "polec", "poleć", "zarekomenduj", "zaakceptuj"),
        rf"{_START}(?:ocen|oceniaj|polec|zarekomenduj|zaakceptuj)(?:cie)?\s+"
        r"(?:tego kandydat|te kandydat|ten profil|te osob)",
    ),
    _rule(("dla ai", "dla si"), r"\b(?:uwaga|wiadomosc|instrukcj[ae])\s+dla\s+(?:ai|si)\b"),
)
RULES: tuple[Rule, ...] = (*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_PORTUGUESE, *_POLISH)
_HIDDEN = ("ignore", "disregard", "instruction", "previous", "system", "candidate", "prompt", "assistant", "applicant")
_LEAST_ENCODED = 6  # letters of an encoded word that are looked for


def disguised() -> Iterator[str]:
    """Telling words as they look letter by letter and in base 64, in lower case: any pattern may be behind them."""
    for word in (*_HIDDEN, "score", "rules"):
        yield " ".join(word)
    for word in _HIDDEN:
        for written in (word, word.capitalize(), word.upper()):
            yield from _encoded(written)


def _encoded(word: str) -> Iterator[str]:
    """A word in base 64 at each of its three places, without the letters that hang on its neighbours."""
    for before in range(3):
        letters = b64encode(b"\0" * before + word.encode()).decode().rstrip("=")
        first, last = (before * 8 + 5) // 6, (before + len(word)) * 8 // 6
        if last - first >= _LEAST_ENCODED:
            yield letters[first:last].lower()
