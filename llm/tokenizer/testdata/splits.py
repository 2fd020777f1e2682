"""Writes splits.json: a small byte-level BPE vocabulary trained on the project's own pages,
600 made-up texts, and a hash of the ids that PyPI's tokenizers gives each of them for every
way to cut text into words. pip install tokenizers; python splits.py PAGES… >splits.json"""
import hashlib, json, random, sys
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers as pre, trainers

TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
HEAD = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
          r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def split(pattern):
    return pre.Sequence([pre.Split(Regex(pattern), "isolated"), pre.ByteLevel(add_prefix_space=False, use_regex=False)])


WAYS = {
    "llama-bpe": split(HEAD + r"\p{N}{1,3}" + TAIL),
    "qwen2": split(HEAD + r"\p{N}" + TAIL),
    "tekken": split(TEKKEN),
    "gpt-2": pre.ByteLevel(add_prefix_space=False, use_regex=True),
    "smollm": pre.Sequence([pre.Digits(individual_digits=True), pre.ByteLevel(add_prefix_space=False, use_regex=True)]),
}
WHOLE = {"llama-bpe", "tekken"}

pages = [open(p, encoding="utf-8").read() for p in sys.argv[1:]]
base = Tokenizer(models.BPE())
base.pre_tokenizer = WAYS["gpt-2"]
base.train_from_iterator(pages, trainers.BpeTrainer(vocab_size=700, initial_alphabet=pre.ByteLevel.alphabet()))
trained = json.loads(base.to_str())["model"]

random.seed(3)
ALPHABET = ("a b c S T mn Xy ABC Hello world 's 'S 't 'RE 'll 'D ' \" don't 1 22 333 4567 ² ½ ٣ 一 二三 日本 й Ж ß İ ı ſ é e\u0301 \u0301 ǅ ʰ ª "
            "ก็ नमस्ते 안녕 🙂 👩‍👩‍👧 . , ! ?! -- / // _ # @ <think> </think> <|im_start|> {\" \": [ ] ; \\").split(" ")
BLANKS = [" ", "  ", "   ", "\n", "\n\n", " \n", "\r\n", "\t", " \t", "\u00a0", "\u3000", "\u2028", "\x0b", "\x85", ""]
texts = ["".join(random.choice(ALPHABET) + random.choice(BLANKS) for _ in range(random.randrange(0, 14))) for _ in range(560)]
texts += [random.choice(pages)[at:at + 80] for at in range(40)]

out = {"vocab": trained["vocab"], "merges": [" ".join(m) for m in trained["merges"]], "texts": texts, "hashes": {}, "json": {}}
for name, way in WAYS.items():
    t = Tokenizer(models.BPE(vocab=trained["vocab"], merges=[tuple(m) for m in trained["merges"]], ignore_merges=name in WHOLE))
    t.pre_tokenizer = way
    if name == "qwen2":
        t.normalizer = normalizers.NFC()
    t.add_tokens([AddedToken(s, special=False, normalized=False) for s in ("<think>", "</think>")])
    ids = [t.encode(s, add_special_tokens=False).ids for s in texts]
    out["hashes"][name] = [hashlib.sha256(",".join(map(str, i)).encode()).hexdigest()[:8] for i in ids]
    form = json.loads(t.to_str())
    out["json"][name] = {k: form[k] for k in ("normalizer", "pre_tokenizer", "post_processor")}
print(json.dumps(out))
