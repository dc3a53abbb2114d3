"""Synthetic review texts for the demo: a small grammar of invented phrases, no sentence of a real review.

What a text says follows the rating only in part: the mood is the opinion plus noise, some writers are sarcastic or
fond of grim plots, some write another language, some paste a link, some state their stars, in many spellings.
"""

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

LANGUAGES = ("en", "es", "de", "fr", "pt", "id", "ar", "ja")

_T = TypeVar("_T")
_GOOD, _MIXED, _BAD = 0, 1, 2  # moods
_ORDER = {"filler": 0, "plot": 1}  # opinions come last
_Template = list[str]  # literal, key, literal, key, …, literal


def _parse(text: str) -> dict[str, list[_Template]]:
    """Read ``@key`` blocks of alternatives separated by ``|``."""
    blocks = re.split(r"^@(\w+)\n", text, flags=re.MULTILINE)[1:]
    return {
        key: [re.split(r"\{(\w+)\}", alternative.strip()) for alternative in " ".join(body.split("\n")).split("|")]
        for key, body in zip(blocks[::2], blocks[1::2], strict=True)
    }


_GRAMMAR = _parse("""
@hero
Maren | Tobin | Ilsabet | Corrie | Jun | Odalys | Perrin | Wilhelmina | Dashiell | Noor | Kestrel | Bram | Saoirse |
Teodor | Lux | Anneke | Ravi | Briar | Solenne | Caspian | Imogen | Hollis | Zadie | Emrys
@rival
the captain | the boy next door | her sister | the lighthouse keeper | the prince | the new girl | his brother |
the smuggler | the professor | the ghost | the heir | the stranger from the train
@place
a flooded city | a boarding school on the cliffs | a mining colony | a fading seaside town | the glass palace |
an orchard that never sleeps | the northern court | a travelling circus | the underground library | a border village
@part
the world building | the dialogue | the pacing | the writing | the plot | the romance | the setting | the narration |
the banter | the magic | the side cast | the final chapter | the opening | the twist |
the friendship between the two girls
@aspect
the last third | the humor | the epilogue | the middle | the dual timeline | the stakes
@trope
the found family | the enemies to lovers arc | the slow burn | the love triangle | the chosen one business |
the pretend dating plot | the heist | the school rivalry | the prophecy | the road trip | the time jumps
@kin
my sister | my book club | my roommate | a friend | my cousin | my librarian | my mom | my neighbor
@pct
12 | 20 | 25 | 30 | 40 | 50 | 60
@good
great | good | strong | great | wonderful | beautiful | perfect | fantastic | brilliant | delightful | lovely
@fine
decent | readable | solid enough | uneven but likable | all right | passable | serviceable
@bad
boring | bad | dull | terrible | disappointing | awful | annoying | ridiculous | messy | weak | painfully slow
@pos
I loved {part} and I loved {hero}. | {hero} is the best. | A great story, well told. |
So good that I told {kin} about it. | A great read. | {part} is {good}. | {hero} is {good}. |
{hero} is a {good} lead and {rival} is even better. | What a {good} book, from the first page to the last. |
I really enjoyed {trope}. | {trope} is done so well. | I read all of it in one sitting. | I could not put it away. |
I stayed up until three to finish it. | An instant favorite. | Instant favorite, no question. |
Devoured in one sitting. | I need the sequel now. | The sequel now, please. | {hero} is amazing. |
{part} had me grinning like a fool. | I bought copies for {kin} and for me. |
I preordered the sequel before I finished it. | It has a happy ending and {good} jokes. |
{kin} told me to read it and was right. | This gave me all the feels. | I will reread this every winter. |
{hero} and {rival}, I ship it. | {part} is the best part of it. | There is so much heart in {part}. |
I laughed, I cried, I hugged my copy. | {good} from start to finish. | It earned a spot on my keeper shelf. |
Hello, book hangover. | {part} just works. | Could not stop turning pages. | I am so glad I picked this up. |
Awesome {trope}, awesome {aspect}. | One of the best things I read this year.
@mixed
{part} was {fine}, {aspect} was not. | It took me ages to settle into it. | {hero} won me over, {rival} did not. |
{trope} felt like something I had read before. | The first half drags and then it finally moves. |
It is {fine}, that is all. | I hoped {aspect} would do something new. | Some chapters sparkle, some are filler. |
I may or may not pick up the sequel. | Probably for younger readers. | I can see why {kin} raves about it. |
{part} kept me going, {aspect} held me back. | Undecided about {trope}. | A book for a train ride. |
The ending came out of nowhere. | {part} was {fine} to me. | I would have cut {aspect}. |
{hero} makes choices I did not follow. | Middle book syndrome is real. | A library read for me.
@neg
{part} is {bad}. | {aspect} is {bad}. | I could not finish it. | DNF at {pct}%. | DNF at chapter nine. |
Could not finish this one. | I gave up around page eighty. | This was not for me. | I skimmed the last hundred pages. |
{hero} is {bad} and {rival} is worse. | I rolled my eyes at {trope}. | I could not connect with anyone. |
How I wanted to like this one. | {trope} again? No. | Insta-love on page ten. |
{part} was so {bad} that I stopped reading twice. | Nothing happens for two hundred pages. | {aspect} made no sense. |
I hated how it ended. | What a waste of paper. | I returned it to the library unread. | I skipped whole chapters. |
I was disappointed by {part}. | I kept counting the pages to the end. | The editing is {bad}. | No plot, only pining. |
{kin} raved about it and I do not get it. | I expected a story and got {aspect}. | It reads like a rough outline.
@grim
Everything here is dark and cold. | The villain is cruel and hard to forget. | People die, often and badly. |
It is a bleak story about {place}. | {hero} is tired and afraid for most of it. | The war chapters are harsh. |
There is a death in the middle. | A grim tale. | {rival} does terrible things in {place}. | It is sad and it knows it. |
The past is a dangerous country in this one. | It left me angry.
@wreck
I hate how much I cared. | I am a sobbing mess and it is {hero}'s fault. | That ending killed me. | I am dead. |
This book ruined me. | Evil, evil author. | I am so mad that it is over. | My poor heart. |
I need a minute. Or a year. | Send tissues.
@sarcasm
Oh great, another love triangle, how wonderfully original. |
Sure, {hero} is perfect, beautiful and brilliant, we get it. | Best nap I had all week, perfect for insomnia. |
Congratulations to {rival} for the amazing personality of a wet towel. |
Lovely cover, excellent paper, great font. That is the good news. |
What a brilliant idea, let us explain it for nine chapters. |
If you love {trope} for the hundredth time, wonderful, enjoy. | Awesome, {hero} fainted again.
@plot
{hero} has lived in {place} since the fire. | When {rival} disappears, {hero} has to cross {place} alone. |
The story follows {hero}, who works for {rival} and keeps a ledger of everybody's promises. |
In {place}, every child is given a number instead of a birthday. | One summer {hero} finds a map sewn into a coat. |
Told in letters, it moves between {place} and {place}. | {hero} makes a bargain with {rival} and wriggles out of it. |
The second part takes us to {place}. | There is {trope}, and then there is {rival}. |
By the time they reach {place} the truth is out. | Meanwhile {rival} runs a shop in {place} and asks no questions. |
Years later the letters turn up in {place}. | It picks up a week after the trial, with {hero} in {place}. |
The chapters alternate between {hero} and {rival}. | {hero}'s grandmother used to say that {place} listens. |
A young {hero} is the first to notice. | The main thread is {trope}. |
{rival} arrives with a new name and an early train ticket.
@filler
I picked this up because of {kin}. | This was my first book by {author}. | I listened to the audiobook on the train. |
I had this on my list for ages. | I read this for a challenge. | A gift from {kin}. | Read with {kin} in October. |
I do not usually read this genre. | The cover reeled me in. | It is my third try with {author}. |
I had an early copy from a giveaway. | Notes to follow. | The rest is on my blog. | Borrowed from {kin}.
@formal_pos
{author} writes with a remarkable economy, and {part} carries the book. | {part} rewards a patient reader. |
The structure is impressive, {part} above all. | A thoughtful and moving novel about {place}. |
One closes the book convinced that {hero} goes on living. | {title} is among the finest things {author} has written.
@formal_mixed
{title} has merits, {part} among them, yet it never settles on a tone. | The premise holds; the execution wavers. |
{author} is at home in {part} and lost in {aspect}. | As a study of {place} it will do.
@formal_neg
Regrettably, {part} does not sustain the length. | The prose is overwrought and {part} remains unconvincing. |
{author} mistakes coincidence for plot. | The acclaim is a riddle to me. | {title} is a long exercise in {trope}.
@short_pos
Loved it. | Loved it! | So good! | Amazing. | Loved this one. | Instant favorite. | Just wow. | All the feels. |
Great read. | Great stuff. | Best of the series. | Need the sequel now. | One sitting. | Really good. | Sobbing. |
Yes. | {hero}!!! | Such a fun one. | Excellent. | Great book | cute | I cannot even. | Keeper shelf. | Wonderful story!
@short_mixed
It was okay. | Meh. | Undecided. | Not bad. | Cute but forgettable. | Good, not great. | Well, it was a book. |
Average. | Library read. | Hmm. | Decent. | So so. | For younger readers. | Fun enough. | Readable. |
Skip the prologue. | Review to come.
@short_neg
DNF. | Boring. | Not for me. | Could not finish. | Meh. | So bad. | Gave up. | Disappointing. | Nope. | No. |
Skimmed it. | DNF at {pct}%. | Terrible. | Hated it. | Ugh. | Why. | No thanks. | Overhyped. | Just no.
@gush
OMG. | I CANNOT. | asdfghjkl | {hero}!!!! | HELP. | My babies!!! | *screams into pillow* | {rival} though?! | ❤❤❤ |
I am not okay. | Give me ten sequels! | THE FEELS. | *flails* | Swoon. | 😭😭😭 | Everyone read this now!!
@es_pos
Me encantó de principio a fin. | No pude soltarlo en toda la noche. | {hero} ya es parte de mi familia. |
Qué historia tan bonita. | Quiero la segunda parte ya.
@es_neg
No me convenció. | Lo dejé a la mitad. | Se me hizo eterno. | Los personajes no me dijeron nada.
@de_pos
Ich habe es in einer Nacht gelesen. | Eine wunderschöne Geschichte. | {hero} ist mir sehr ans Herz gewachsen. |
Ich freue mich schon auf den zweiten Band.
@de_neg
Leider hat es mich nicht gepackt. | Nach der Hälfte abgebrochen. | Zu lang und zu vorhersehbar. |
Die Figuren blieben blass.
@fr_pos
Un vrai coup de cœur. | Je l'ai dévoré en une soirée. | {hero} m'a beaucoup touchée. | Vivement la suite.
@fr_neg
Je me suis ennuyée. | Abandonné à la moitié. | L'intrigue ne mène nulle part. | Dommage, l'idée était jolie.
@pt_pos
Amei cada capítulo. | Li tudo numa tarde só. | {hero} é um amor. | Preciso da continuação agora.
@pt_neg
Não consegui terminar. | Achei arrastado. | Esperava mais da história. | Não é para mim.
@id_pos
Suka banget sama ceritanya. | Habis dibaca dalam semalam. | {hero} bikin gemas. | Nggak sabar nunggu lanjutannya.
@id_neg
Kurang cocok buat saya. | Bosan di tengah jalan. | Ceritanya terlalu lambat. | Berhenti di bab lima.
@ar_pos
أحببت هذه الرواية كثيرا. | قرأتها في ليلة واحدة. | نهاية رائعة.
@ar_neg
لم تعجبني القصة. | توقفت في منتصف الكتاب. | مملة بعض الشيء.
@ja_pos
最後まで一気に読みました。 | {hero}がとても好きです。 | 続きが楽しみ。
@ja_neg
途中で読むのをやめました。 | 少し退屈でした。 | 期待したほどではなかった。
@odd
 |  | … | ... | . | ? | 😍 | 😴😴 | ❤ | <br /> | <i></i> | &nbsp; | http://reviews.example.org/{pct} | x | - | 10/10 |
👍👍👍 | (review of the audiobook) | <a href="http://blog.example.org/{pct}">Review on my blog</a> | [review pending] |
tbr | رواية
@want
Can't wait to read this! | On my list because of {kin}. | Next up. | I need this now. | {kin} says it is {good}. |
Pretty cover.
@markup
<b>{title}</b> by {author}. | <i>I received a copy from the publisher.</i> |
(view spoiler)[{hero} was {rival} all along. (hide spoiler)] | In full at http://reviews.example.org/{pct}. |
Posted on <a href="http://blog.example.org">my blog</a> &amp; elsewhere.
@decoy
I rarely give 5 stars. | Not 5 stars, but close. | I gave the first book 5 stars. |
It has 3.5 stars on average, go figure. | This one started slow. | Book 2 starts right after the trial. |
Others say 5 stars. | 4.1 stars on average, and I see why. | I rarely give 5 stars, and this is a 2. |
Chapter 3 starts the real story.
""")


_WORDS = {1.0: "one", 2.0: "two", 3.0: "three", 4.0: "four", 5.0: "five"}
_STATED = (
    "{v} stars|{v} stars|{v} stars|{v} stars|{v} STARS|{v} Stars!|{v} star|{v}-star read|{v}/5|{v}/5 stars|{v} out of 5|"
    "{v} out of 5 stars|Rating: {v}|{w} stars|{w} out of five|{g}|{v} stars from me|My rating: {v}/5"
).split("|")

# By register: how often it is used and how many sentences it has on average; then the kinds of sentence it draws from
# when the mood is good, mixed and bad. Languages other than English have one register.
_REGISTERS = """
5  1.0 : short_pos : short_mixed : short_neg
15 3.5 : pos pos pos pos pos filler plot : mixed mixed mixed filler plot : neg neg neg mixed filler plot
4  3.0 : gush pos pos wreck : gush mixed mixed pos : gush neg neg
4  4.0 : formal_pos formal_pos plot : formal_mixed formal_mixed plot formal_pos : formal_neg formal_neg plot formal_mixed
6  8.0 : plot plot plot plot filler pos : plot plot plot plot filler mixed : plot plot plot plot filler neg
2  3.0 : grim grim plot filler pos : grim grim plot filler mixed : grim grim plot filler neg
2  2.5 : wreck wreck gush gush filler : mixed mixed filler : sarcasm sarcasm filler neg
"""


def _registers() -> list[tuple[float, list[list[str]]]]:
    """(mean, kinds by mood), each as many times as it is to be drawn."""
    rows = [line.split(":") for line in _REGISTERS.strip().split("\n")]
    return [
        (float(head.split()[1]), [k.split() for k in kinds])
        for head, *kinds in rows
        for _ in range(int(head.split()[0]))
    ]


class ReviewWriter:
    """Writes one review at a time from a seeded stream of random numbers.

    Parameters
    ----------
    rng : numpy.random.Generator
    sentences : int or None
        At most so many, beside what tells the stars.
    """

    def __init__(self, rng: np.random.Generator, sentences: int | None = None):
        self._rng = rng
        self._most = sentences
        self._stream: list[float] = []
        self._facts: dict[str, str] = {}
        self._registers = _registers()

    def write(self, opinion: int | None, language: str, title: str, author: str) -> str:
        """The text of one review.

        Parameters
        ----------
        opinion : int or None
            What the writer thinks of the book, 1 to 5 stars; None = not read yet.
        language : str
            One of `LANGUAGES`.
        title, author : str
            The text may name them.
        """
        self._facts = {"title": title, "author": author}
        self._facts["hero"], self._facts["rival"] = self._say("hero"), self._say("rival")
        if self._chance(0.03):
            return self._say("odd")
        if opinion is None:
            return self._say("want")
        mood = self._mood(opinion)
        if language != "en" and self._chance(0.9):
            sentences = self._sentences([f"{language}_{'neg' if mood == _BAD else 'pos'}"], 2.5)
        else:
            mean, kinds = self._pick(self._registers)
            sentences = self._sentences(kinds[mood], mean)
        if len(sentences) > 1 and self._chance(0.05):
            sentences.insert(0, self._say("markup"))
        return self._stars(opinion, sentences[: self._most])

    def _mood(self, opinion: int) -> int:
        """Mood follows the opinion, plus noise."""
        felt = opinion + 2.2 * (self._next() + self._next() - 1.0)
        return _GOOD if felt > 3.75 else _MIXED if felt > 2.5 else _BAD

    def _sentences(self, kinds: Sequence[str], mean: float) -> list[str]:
        """Up to a geometric number of sentences, `mean` on average, no template twice."""
        used: list[_Template] = []
        ranks = []
        while not used or self._chance(1.0 - 1.0 / mean):
            kind = self._pick(kinds)
            template = self._pick(_GRAMMAR[kind])
            if template not in used:
                used.append(template)
                ranks.append(_ORDER.get(kind, len(_ORDER)))
        texts = [self._fill(used[i]) for i in sorted(range(len(used)), key=ranks.__getitem__)]
        return [text[:1].upper() + text[1:] for text in texts]

    def _stars(self, opinion: int, sentences: list[str]) -> str:
        """Join the sentences, sometimes with the stars stated before or after, sometimes with a misleading remark."""
        if self._chance(0.014):
            sentences.append(self._say("decoy"))
        if self._chance(0.165):
            stated = self._stated(opinion)
            if self._chance(0.4):
                return stated
            if self._chance(0.5):
                sentences.insert(0, stated + self._pick((".", "\n\n", "!", ".\n")))
            else:
                sentences.append(self._pick(("\n", "", "\n\n")) + stated + self._pick((".", "", "!")))
        joint = "\n\n" if len(sentences) > 4 and self._chance(0.3) else " "
        return joint.join(sentences)

    def _stated(self, opinion: int) -> str:
        """The rating in words or figures; half stars are rounded to the site's whole ones either way."""
        value = opinion + self._pick((0.0,) * 15 + (0.5, 0.5, 0.5, -0.5, -0.5, -0.5, 0.25, -0.25, 0.1))
        value = min(max(value, 0.5), 5.0)
        glyphs = "★" * int(value) + "½" * (value % 1 == 0.5)
        return self._pick(_STATED).format(
            v=f"{value:g}", w=_WORDS.get(value, f"{value:g}"), g=glyphs + "☆" * (5 - len(glyphs))
        )

    def _say(self, key: str) -> str:
        return self._fill(self._pick(_GRAMMAR[key]))

    def _fill(self, template: _Template) -> str:
        if len(template) == 1:
            return template[0]
        return "".join(p if i % 2 == 0 else self._facts.get(p) or self._say(p) for i, p in enumerate(template))

    def _pick(self, options: Sequence[_T]) -> _T:
        return options[int(self._next() * len(options))]

    def _chance(self, p: float) -> bool:
        return self._next() < p

    def _next(self) -> float:
        if not self._stream:
            self._stream = self._rng.random(8192).tolist()
        return self._stream.pop()
