package llama

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestPEFTKeys: each key of an adapter_config.json is done, changes nothing, or is refused by
// its name.
func TestPEFTKeys(t *testing.T) {
	b := openBench(t, baseFile(t, 3))
	c := randomChange(1, 4, 8, "attn_v")
	for _, one := range []struct {
		keys   string
		factor float32 // of the change in layer 0; 0 where it is refused
		err    string
	}{
		{`"r": 4, "lora_alpha": 8`, 2, ""},
		{`"r": 4`, 2, ""}, // PEFT's own default
		{`"r": 4, "lora_alpha": null`, 2, ""},
		{`"r": 4, "lora_alpha": 0.5`, 0.125, ""},
		{`"r": 4, "lora_alpha": "x"`, 0, "lora_alpha"},
		{`"lora_alpha": 8`, 0, "is 8 by r and rank_pattern"},
		{`"r": 16, "rank_pattern": {"v_proj": 4}`, 2, ""},
		{`"r": 4, "rank_pattern": {"v_proj": 16}`, 0, "is 16 by r and rank_pattern"},
		{`"r": 4, "rank_pattern": {"q_proj": 16}`, 2, ""},
		{`"r": 4, "rank_pattern": [4]`, 0, "rank_pattern"},
		{`"r": 4, "rank_pattern": {"v_proj": "x"}`, 0, "rank_pattern"},
		{`"r": 4, "alpha_pattern": {"v_proj": 2}`, 0.5, ""},
		{`"r": 4, "alpha_pattern": {"self_attn.v_proj": 2, "v_proj": 4}`, 0.5, ""}, // the first counts
		{`"r": 4, "alpha_pattern": {"v_proj": 4, "self_attn.v_proj": 2}`, 1, ""},
		{`"r": 4, "alpha_pattern": {"^model.layers.0.self_attn.v_proj": 2}`, 0.5, ""},
		{`"r": 4, "alpha_pattern": {"model.layers.1.*": 2}`, 2, ""},
		{`"r": 4, "alpha_pattern": {"_proj": 2}`, 2, ""}, // no name ends so
		{`"r": 4, "alpha_pattern": {"(?<=v)_proj": 2}`, 0, "alpha_pattern"},
		{`"r": 4, "use_rslora": true`, 4, ""},
		{`"r": 4, "use_rslora": "yes"`, 0, "use_rslora"},
		{`"r": 4, "fan_in_fan_out": true`, 2, ""},
		{`"r": 4, "layers_to_transform": [0, 1, 2, 3, 4, 5, 6, 7]`, 2, ""},
		{`"r": 4, "layers_to_transform": [0]`, 0, "layers_to_transform"},
		{`"r": 4, "layers_to_transform": 0`, 0, "layers_to_transform"},
		{`"r": 4, "layers_to_transform": "all"`, 0, "layers_to_transform"},
		{`"r": 4, "bias": "none"`, 2, ""},
		{`"r": 4, "bias": "all"`, 0, "bias"},
		{`"r": 4, "bias": "lora_only"`, 0, "bias"},
		{`"r": 4, "lora_bias": true`, 0, "lora_bias"},
		{`"r": 4, "use_dora": true`, 0, "use_dora"},
		{`"r": 4, "modules_to_save": ["lm_head"]`, 0, "modules_to_save"},
		{`"r": 4, "trainable_token_indices": [1]`, 0, "trainable_token_indices"},
		{`"r": 4, "alora_invocation_tokens": [1]`, 0, "alora_invocation_tokens"},
		{`"r": 4, "use_qalora": true`, 0, "use_qalora"},
		{`"r": 4, "layer_replication": [[0, 1]]`, 0, "layer_replication"},
		{`"r": 4, "target_parameters": ["x"]`, 0, "target_parameters"},
		{`"r": 4, "init_lora_weights": true`, 2, ""},
		{`"r": 4, "init_lora_weights": false`, 2, ""},
		{`"r": 4, "init_lora_weights": "gaussian"`, 2, ""},
		{`"r": 4, "init_lora_weights": "eva"`, 2, ""},
		{`"r": 4, "init_lora_weights": "orthogonal"`, 2, ""},
		{`"r": 4, "init_lora_weights": "pissa"`, 0, "path_initial_model_for_weight_conversion"},
		{`"r": 4, "init_lora_weights": "pissa_niter_16"`, 0, "init_lora_weights"},
		{`"r": 4, "init_lora_weights": "olora"`, 0, "init_lora_weights"},
		{`"r": 4, "init_lora_weights": "corda"`, 0, "init_lora_weights"},
		{`"r": 4, "init_lora_weights": "loftq"`, 0, "init_lora_weights"},
		{`"r": 4, "init_lora_weights": "lora_ga"`, 0, "init_lora_weights"},
		{`"r": 4, "init_lora_weights": "other"`, 0, "not known here"},
		{`"r": 4, "init_lora_weights": 3`, 0, "init_lora_weights"},
		{`"r": 4, "use_next_idea": true`, 0, "use_next_idea"},
		{`"r": 4, "use_next_idea": false, "lora_dropout": 0.1, "target_modules": ["v_proj"], "task_type": "CAUSAL_LM", "use_dora": false, "modules_to_save": null, "layer_replication": null, "eva_config": null, "loftq_config": {}`, 2, ""},
	} {
		raw := `{"peft_type": "LORA", ` + one.keys + `}`
		dir := c.folder(t, json.RawMessage(raw))
		a, err := b.model.OpenAdapter(dir)
		if one.err != "" {
			if err == nil || !strings.Contains(err.Error(), one.err) {
				t.Errorf("%s: %v, want %s", one.keys, err, one.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", one.keys, err)
			continue
		}
		if got, want := a.layers[0][adaptV].b[0], c.b["blk.0.attn_v"][0]*one.factor; math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("%s: %g, want %g", one.keys, got, want)
		}
	}
}
