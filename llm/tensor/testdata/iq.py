"""Writes iq.json: random blocks of the formats that are only read, and the hash of the
float32 values that PyPI's gguf makes of them. pip install gguf; python iq.py >iq.json"""
import base64, hashlib, json
import gguf, numpy as np

rng, out = np.random.default_rng(5), {}
for name in "IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S IQ4_NL IQ4_XS MXFP4".split():
    q = gguf.GGMLQuantizationType[name]
    blocks = rng.integers(0, 256, (16, gguf.GGML_QUANT_SIZES[q][1]), dtype=np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = [0, 1, 2, 3, 100, 126, 127, 128, 129, 150, 200, 251, 252, 253, 254, 255]  # exponents
    else:
        blocks[:, :2] = rng.normal(size=(16, 1)).astype("<f2").view(np.uint8)
    with np.errstate(over="ignore"):
        values = (gguf.quants.dequantize(blocks, q).astype("<f4") + 0).tobytes()  # one zero
    out[name] = {"blocks": base64.b64encode(blocks.tobytes()).decode(), "sha256": hashlib.sha256(values).hexdigest()}
print(json.dumps(out, indent=1))
