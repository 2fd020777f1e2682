"""What PyTorch makes of SmolLM2's weights in float32, for TestSmolLM2: 20 prompts, each continued
by 200 tokens greedily, with the gap of logits between the best token and the next, and the best
logits at some places. The prompts are ours.
pip install torch transformers accelerate gguf; python smollm2.py FILE.gguf >smollm2.json"""
import json, os, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

QUESTIONS = [
    "hello", "What is the capital of Peru?", "Write a short poem about a lamp.", "Explain how rain forms.",
    "List three uses of a bicycle.", "Who wrote Don Quixote?", "What is 12 times 12?", "Translate 'good night' into Spanish.",
    "Why is the sky blue?", "Give me a recipe for lentil soup.", "Write a Python function that reverses a list.",
    "What does a relay runner do?", "Describe a llama to a child.", "How do I tie a knot?", "Name five rivers of South America.",
    "Summarise: The order was late because the lorry broke down near Cusco.", "What is JSON?", "Tell me a joke about cats.",
    "Is 91 a prime number?", "Write a polite letter to a landlord about a broken window.",
]
TOKENS, PLACES, BEST = 200, range(0, 200, 20), 12

torch.set_num_threads(int(os.environ.get("THREADS", "2")))
folder, name = os.path.split(sys.argv[1])
tok = AutoTokenizer.from_pretrained(folder or ".", gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(folder or ".", gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
PROMPT = ("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
          "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n")
out = [{"question": q, "ids": tok(PROMPT.format(q), add_special_tokens=False)["input_ids"], "out": [], "gaps": [], "logits": []} for q in QUESTIONS]
# All prompts go through the model together, short ones padded on the left.
longest = max(len(c["ids"]) for c in out)
feed = torch.tensor([[0] * (longest - len(c["ids"])) + c["ids"] for c in out])
mask = torch.tensor([[0] * (longest - len(c["ids"])) + [1] * len(c["ids"]) for c in out])
cache = None
with torch.inference_mode():
    for n in range(TOKENS):
        places = (mask.cumsum(1) - 1).clamp(min=0)[:, -feed.shape[1]:]
        r = model(feed, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True, logits_to_keep=1)
        cache, rows = r.past_key_values, r.logits[:, -1]
        top = rows.topk(BEST)
        for c, ids, values, row in zip(out, top.indices, top.values, rows):
            c["out"].append(int(ids[0]))
            c["gaps"].append(round(float(values[0] - values[1]), 6))
            if n in PLACES:
                c["logits"].append({"at": n, "sum": round(float(row.logsumexp(0)), 5),
                                    "ids": ids.tolist(), "values": [round(v, 5) for v in values.tolist()]})
        feed = top.indices[:, :1]
        mask = torch.cat([mask, torch.ones(len(out), 1, dtype=mask.dtype)], 1)
        print(n, file=sys.stderr)
json.dump({"torch": torch.__version__, "cases": out}, sys.stdout, separators=(",", ":"))
print()
