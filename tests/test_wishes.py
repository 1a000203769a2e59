"""Wishes in profile text: who asks to be left alone, who asks to be found, and who says neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import availability, no_recruiters, refusal

LEAVE_ME = [
    # English
    "No recruiters, please.",
    "NO Recruiters!",
    "Founder of things. Author of many gems. NO Recruiters!",
    "❌ recruiters / headhunters",
    "🚫 Recruiters",
    "Rust, coffee. no recruiters",
    "no unsolicited third-party recruiters",
    "Recruiters: no.",
    "Recruiters, please don't contact me",
    "Recruiters will be ignored",
    "Recruiters need not apply",
    "not interested in talking to recruiters",
    "Please do not contact me about recruiting",
    "Don’t e-mail me if you are a recruiter",
    "Please don't contact me.",
    "Do not email me!",
    "do not message me about job offers",
    "Please don't DM me with crypto opportunities",
    "no cold emails",
    "No job offers please",
    "Not interested in new job offers.",
    "(Don't send me email-ad.)",
    "Do not send me any job offers",
    "no agencies please",
    "No recruiters or agencies, thanks",
    "#norecruiters",
    "Unsolicited offers will be ignored",
    "no headhunters",
    # German
    "Keine Recruiter oder Headhunter",
    "Bitte keine Jobangebote!",
    "Keine Personalvermittler.",
    "Recruiter unerwünscht",
    "Bitte nicht kontaktieren",
    "Anfragen von Headhuntern werden ignoriert",
    # French
    "pas de recruteurs",
    "Recruteurs, merci de s'abstenir",
    "Merci de ne pas me contacter pour des offres",
    "Ne me contactez pas",
    "Pas de démarchage svp",
    # Spanish
    "No reclutadores, por favor",
    "sin reclutadores",
    "Por favor, no contactar",
    "Abstenerse reclutadores y consultoras",
    "No me interesan ofertas de trabajo",
    # Portuguese
    "Sem recrutadores, por favor",
    "Não me contatem",
    "Recrutadores: não",
    "Não aceito propostas de emprego",
    # Italian
    "Niente recruiter, grazie",
    "Si prega di non contattarmi",
    "Astenersi agenzie e recruiter",
    "Niente offerte di lavoro",
    # Dutch
    "Geen recruiters a.u.b.",
    "Acquisitie naar aanleiding van dit profiel wordt niet op prijs gesteld",
    "Gelieve mij niet te benaderen? Nee: niet benaderen!",
    # Polish
    "Bez rekruterów, proszę",
    "Proszę nie kontaktować się",
    "Rekruterom dziękuję",
    # Russian
    "Рекрутерам просьба не беспокоить",
    "HR, не пишите!",
    "Без рекрутеров, пожалуйста",
    "Не рассматриваю предложения о работе",
    # Ukrainian
    "Рекрутерам прохання не турбувати",
    "Не турбувати",
    "Не розглядаю пропозиції",
    # Japanese
    "リクルーターお断り",
    "転職エージェントからの連絡はご遠慮ください",
    "スカウト不要です。",
    # Chinese
    "猎头勿扰",
    "谢绝猎头",
    "獵頭請勿聯絡",
    "HR请绕行",
    # Korean
    "헤드헌터 사절",
    "채용 제안은 정중히 거절합니다",
    "연락하지 마세요",
    # Turkish
    "İşe alım uzmanları lütfen yazmasın",
    "İş teklifi göndermeyin",
    "Lütfen benimle iletişime geçmeyin",
]
NO_SUCH_WISH = [
    "I am a recruiter for ML roles",
    "I'm a technical recruiter. No bots, no spam, no nonsense.",
    "I'm not a recruiter",
    "As a recruiter I say no to no recruiters",
    "Recruiters welcome",
    "Recruiters: yes please",
    "We are recruiting!",
    "no one recruits like us",
    "I build recruitment software, no nonsense",
    "No longer a recruiter",
    "noticed by recruiters",
    "No. Recruiter-turned-engineer",
    "no experience with recruiters yet",
    "There is no problem with recruiters",
    "Please don't email me support questions, open an issue",
    "I only work where pay is public, if your range is secret please don't contact me",
    "Do not contact me via LinkedIn, use the form",
    "Don't message me on Discord",
    "I have no job offers yet",
    "Not looking for a job",
    "Not open to work",
    "Please write your favourite dish in your scout email.",
    "I cannot accept direct sponsorship",
    "Don't panic",
    "No agency can do what this library does",
    "contact me",
    "Ich bin kein Headhunter",
    "Wir sind keine Recruiter",
    "Keine Panik",
    "Je ne suis pas recruteur",
    "No soy reclutador",
    "Não sou recrutador",
    "Non sono un recruiter",
    "Ik ben geen recruiter",
    "Nie jestem rekruterem",
    "Я не рекрутер",
    "Я не рекрутер, я инженер",
    "スカウト歓迎",
    "我是猎头",
    "저는 리크루터입니다",
    "Ben bir recruiter'ım",
    "We're hiring! No recruiters needed",
    "",
]
# "We're hiring! No recruiters needed" asks recruiters to stay away from a company: hidden in doubt, and rightly so.
IN_DOUBT = {"We're hiring! No recruiters needed"}
FIND_ME = [
    # English
    "Open to work",
    "🟢 Open to work.",
    "#opentowork",
    "#OpenToWork | Python, SQL",
    "Open-to-work from January",
    "Open to new opportunities",
    "Data scientist, open to remote ML roles",
    "Open to full-time and contract positions",
    "Open to freelance projects",
    "Available for hire",
    "Available for contract work",
    "Freelancer, available for consulting",
    "Available from next month.",
    "Looking for my next role.",
    "Currently looking for a new job",
    "I'm looking for a first analytics role on a team that values curiosity",
    "Searching for an internship in NLP",
    "Seeking software engineering opportunities.",
    "CS student seeking summer 2027 internships",
    "Job seeker",
    "Actively looking",
    "On the job market",
    "PhD student, on the 2027 job market",
    "I'm on the market",
    "Back on the market",
    "In the market for a new role",
    "Hire me!",
    "Engineer for hire",
    "Ready for my next challenge",
    "Interested in new opportunities",
    "Accepting freelance work",
    "Happy to talk about jobs.",
    "Email me about work",
    "Contact me for job offers",
    "Open for work",
    "Recruiters welcome",
    # German
    "Offen für neue Herausforderungen",
    "Auf Jobsuche",
    "Auf der Suche nach einer neuen Stelle",
    "Suche eine Festanstellung in Graz",
    "Freelancer, verfügbar ab Januar",
    "arbeitssuchend",
    # French
    "À l'écoute du marché",
    "En recherche d'emploi",
    "À la recherche d’un stage",
    "Je cherche un poste de data scientist",
    "Disponible immédiatement",
    "Ouvert aux opportunités",
    # Spanish
    "Abierto a ofertas",
    "En búsqueda activa de empleo",
    "Busco trabajo",
    "Disponible para nuevos retos",
    # Portuguese
    "Aberto a oportunidades",
    "Em busca de recolocação",
    "Disponível para trabalho",
    "Procuro emprego",
    # Italian
    "In cerca di lavoro",
    "Cerco lavoro",
    "Aperta a nuove opportunità",
    # Dutch
    "Op zoek naar een nieuwe uitdaging",
    "Open voor freelance opdrachten",
    "Beschikbaar voor nieuwe projecten",
    # Polish
    "Szukam pracy",
    "Otwarta na nowe propozycje",
    "W poszukiwaniu pierwszej pracy",
    # Russian
    "Ищу работу",
    "Открыт к предложениям",
    "В поиске новой работы",
    "Рассматриваю предложения",
    # Ukrainian
    "Шукаю роботу",
    "Відкритий до пропозицій",
    "У пошуку роботи",
    # Japanese
    "転職活動中です",
    "求職中",
    "お仕事募集中です！",
    "業務委託を探しています",
    "スカウト歓迎",
    # Chinese
    "正在找工作",
    "求职中",
    "目前在看机会",
    "开放工作机会",
    # Korean
    "구직 중",
    "이직 준비 중입니다",
    "일자리를 찾고 있습니다",
    "새로운 제안 환영합니다",
    # Turkish
    "İş arıyorum",
    "Yeni fırsatlara açığım",
    "Çalışmaya hazırım",
]
SAYS_NOTHING = [
    "Not open to work",
    "I'm not currently open to work",
    "no longer open to work",
    "Open to work: no",
    "open to work with students on robotics",
    "Always open to work on interesting problems with others",
    "Open to work together on compilers",
    "opening up work",
    "I open my work to everybody",
    "We are hiring",
    "Hiring FTEs/Interns (Seattle/Shanghai)!",
    "We are looking for a data engineer role model",
    "Looking for a job? Write to us!",
    "If you are looking for a job, write to us",
    "Helping developers looking for jobs",
    "A board for people looking for remote jobs",
    "Learn to Code. Get a Job. Start Here.",
    "Open to contributions and pull requests",
    "open to feedback on my job queue",
    "open to collaboration",
    "Looking for contributors",
    "looking for opportunities to contribute to open source",
    "Looking for bugs at work",
    "on the search for capybaras",
    "not looking for a job",
    "I'm not actively looking for new opportunities",
    "Not available for hire",
    "Available for iOS and Android",
    "Now available from all good bookshops",
    "The best ray tracer on the market",
    "Building job-market tools",
    "A scheduler for job queues",
    "Will code for coffee, food, compliments.",
    "Happy to mentor",
    "Freelance iOS programmer",
    "a freelance programmer based in Tokyo.",
    "Maintainer. Reach out for MLOps.",
    "Other tech stacks welcome too, as long as what we're building is cool.",
    "Web dev studying to become a therapist.",
    "I am a recruiter for ML roles",
    "Recruiters: no.",
    "Equal opportunity employer",
    "seeking truth",
    "Nicht auf Jobsuche",
    "Wir suchen eine Entwicklerin",
    "Offen für Feedback",
    "Pas à l'écoute du marché",
    "Chercheur en apprentissage",
    "No busco trabajo",
    "Não procuro emprego",
    "Non cerco lavoro",
    "Niet op zoek naar een baan",
    "Wij zijn op zoek naar een nieuwe collega",
    "Nie szukam pracy",
    "Не ищу работу",
    "Не шукаю роботу",
    "エンジニア募集中",
    "求職中ではありません",
    "仕事は募集していません",
    "不看机会",
    "招聘中",
    "帮你找工作的平台",
    "채용 중",
    "구직 중 아님",
    "İş aramıyorum",
    "",
]


def test_the_tables_are_large_enough() -> None:
    assert len({*LEAVE_ME, *NO_SUCH_WISH}) >= 110
    assert len({*FIND_ME, *SAYS_NOTHING}) >= 120


@pytest.mark.parametrize("text", LEAVE_ME)
def test_who_asks_to_be_left_alone(text: str) -> None:
    assert no_recruiters(text)
    said = refusal(f"I build things.\n{text}")
    assert said is not None
    assert said in text


@pytest.mark.parametrize("text", [text for text in NO_SUCH_WISH if text not in IN_DOUBT])
def test_who_asks_no_such_thing(text: str) -> None:
    assert refusal(text) is None


@pytest.mark.parametrize("text", sorted(IN_DOUBT))
def test_in_doubt_people_are_left_alone(text: str) -> None:
    assert refusal(text)


@pytest.mark.parametrize("text", FIND_ME)
def test_who_asks_to_be_found(text: str) -> None:
    said = availability(f"I build things.\n{text}")
    assert said is not None
    assert said in text


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_who_says_nothing_of_the_kind(text: str) -> None:
    assert availability(text) is None


def test_the_sentence_alone_is_given_back_as_it_was_written() -> None:
    bio = "Staff engineer @acme.  Loves Rust | Recruiters, please don’t contact me! Cats · Open To Work ✨\nAda"
    assert refusal(bio) == "Recruiters, please don’t contact me!"
    assert availability(bio) == "Open To Work ✨"
    assert availability("我是工程师。目前在看机会。谢谢") == "目前在看机会。"


def test_a_wish_is_found_in_long_text_without_a_full_stop() -> None:
    long = "word " * 500
    said = availability(f"{long}open to work {long}")
    assert said is not None
    assert "open to work" in said
    assert len(said) <= 400


def test_styled_letters_are_read() -> None:
    assert availability("𝗢𝗽𝗲𝗻 𝘁𝗼 𝘄𝗼𝗿𝗸")
    assert refusal("ＮＯ ＲＥＣＲＵＩＴＥＲＳ")


@given(st.text(max_size=600))
def test_any_text_is_read_and_a_sentence_of_it_given_back(text: str) -> None:
    for said in (refusal(text), availability(text)):
        assert said is None or said in text


@pytest.mark.parametrize(
    "piece", ["no ", "open to ", "looking for a ", "recruiter ", "a", "not ", "ищу ", "在", "#", "- "]
)
def test_repetition_costs_nothing(piece: str) -> None:
    text = piece * 20_000
    assert all(said is None or len(said) <= 400 for said in (refusal(text), availability(text)))
