"""Writes iq.json: random blocks of each quantised format, and the hash of the float32 values
that PyPI's gguf makes of them. pip install gguf; python iq.py >iq.json"""
import base64, hashlib, json
import gguf, numpy as np

# Where a block has scales in half precision; MXFP4's is an exponent.
SCALES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2],
          "Q6_K": [208], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0], "IQ3_S": [0], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": []}
rng, out = np.random.default_rng(5), {}
for name, places in SCALES.items():
    q = gguf.GGMLQuantizationType[name]
    blocks = rng.integers(0, 256, (16, gguf.GGML_QUANT_SIZES[q][1]), dtype=np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = [0, 1, 2, 3, 100, 126, 127, 128, 129, 150, 200, 251, 252, 253, 254, 255]  # exponents
    for at in places:
        scales = rng.normal(size=(16, 1)).astype("<f2")
        scales[:2, 0] = 0.0, -0.0
        blocks[:, at:at + 2] = scales.view(np.uint8)
    with np.errstate(over="ignore"):
        values = gguf.quants.dequantize(blocks, q).astype("<f4").tobytes()
    out[name] = {"blocks": base64.b64encode(blocks.tobytes()).decode(), "sha256": hashlib.sha256(values).hexdigest()}
print(json.dumps(out, indent=1))
