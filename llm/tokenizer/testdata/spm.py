"""Writes spm.json: a small SentencePiece vocabulary trained on the project's own pages, the
texts of splits.json that are whole UTF-8, and a hash of the ids that PyPI's sentencepiece
gives each. pip install sentencepiece; python spm.py PAGES… >spm.json"""
import hashlib, io, json, os, sys
import sentencepiece as spm

texts = json.load(open(os.path.join(os.path.dirname(__file__), "splits.json")))["texts"]
lines = [line for p in sys.argv[1:] for line in open(p, encoding="utf-8").read().split("\n") if line]
model = io.BytesIO()
spm.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, vocab_size=900, model_type="bpe", byte_fallback=True,
                               normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True,
                               character_coverage=0.99, num_threads=1, minloglevel=2)
p = spm.SentencePieceProcessor(model_proto=model.getvalue())
kind = lambda i: 2 if p.is_unknown(i) else 3 if p.is_control(i) else 5 if p.is_unused(i) else 6 if p.is_byte(i) else 1
out = {"tokens": [p.id_to_piece(i) for i in range(p.vocab_size())], "types": [kind(i) for i in range(p.vocab_size())],
       "scores": [p.get_score(i) for i in range(p.vocab_size())], "texts": texts,
       "hashes": [hashlib.sha256(",".join(map(str, p.encode(t))).encode()).hexdigest()[:8] for t in texts]}
print(json.dumps(out))
