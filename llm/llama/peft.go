package llama

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// peftConfig is what an adapter_config.json says of the numbers, see PEFT's LoraConfig.
type peftConfig struct {
	rank   int     // 8 if it isn't said
	alpha  float64 // 8 if it isn't said
	stable bool    // scaled by the root of the rank
	layers []int   // nil is all of them

	ranks, alphas []peftPattern // of modules whose names end so; the first counts
}

type peftPattern struct {
	key   string
	ends  *regexp.Regexp
	value float64
}

// peftPlain are keys that change nothing about what an adapter computes: the tensors say
// which modules have one, and training is over. fan_in_fan_out is among them, as PEFT itself
// passes it over where the modules are linear ones, which all of Llama's are.
var peftPlain = []string{
	"auto_mapping", "base_model_name_or_path", "revision", "inference_mode", "task_type", "peft_version", "lora_dropout", "target_modules", "exclude_modules",
	"layers_pattern", "fan_in_fan_out", "megatron_config", "megatron_core", "loftq_config", "eva_config", "corda_config", "lora_ga_config", "qalora_group_size",
	"runtime_config", "ensure_weight_tying", "peft_type", "r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern", "layers_to_transform",
}

const mergeFirst = "merge it into its model with PEFT (merge_and_unload), save that, and open the folder or convert it"

// peftRefused are the keys of what is not done here.
var peftRefused = map[string]string{
	"use_dora":                "weights that are decomposed are not done here",
	"lora_bias":               "biases are not done here",
	"modules_to_save":         "whole matrices of an adapter are not done here",
	"trainable_token_indices": "rows of the embeddings are not done here",
	"alora_invocation_tokens": "an adapter that begins within a prompt is not done here",
	"use_qalora":              "inputs that are pooled are not done here",
	"layer_replication":       "layers that are used more than once are not done here",
	"target_parameters":       "matrices of experts are not done here",
	"use_bdlora":              "blocks of an adapter are not done here",
	"arrow_config":            "a choice among adapters is not done here",
}

// parsePEFT reads an adapter_config.json. Whatever in it would change the result and is not
// done here is refused by its key.
func parsePEFT(raw []byte) (*peftConfig, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, err
	}
	var kind string
	if err := json.Unmarshal(orNull(keys["peft_type"]), &kind); err != nil || kind != "LORA" {
		return nil, fmt.Errorf("peft_type is %s, want \"LORA\"", orNull(keys["peft_type"]))
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		value := string(bytes.TrimSpace(keys[key]))
		off := slices.Contains([]string{"null", "false", "[]", "{}", `""`, "0"}, value)
		if len(value) > 60 {
			value = value[:60] + "…"
		}
		why, refused := peftRefused[key]
		switch {
		case off || slices.Contains(peftPlain, key):
		case key == "bias":
			if value != `"none"` {
				return nil, fmt.Errorf("bias is %s: biases are not done here: %s", value, mergeFirst)
			}
		case key == "init_lora_weights":
			if err := checkInit(keys[key]); err != nil {
				return nil, err
			}
		case refused:
			return nil, fmt.Errorf("%s is %s: %s: %s", key, value, why, mergeFirst)
		default:
			return nil, fmt.Errorf("%s is %s, and what it means is not known here: %s", key, value, mergeFirst)
		}
	}
	p := &peftConfig{rank: 8, alpha: 8}
	read := func(key string, into any) error {
		if raw := keys[key]; len(raw) > 0 && string(raw) != "null" {
			if err := json.Unmarshal(raw, into); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
		return nil
	}
	var one int
	layers := read("layers_to_transform", &p.layers)
	if layers != nil && read("layers_to_transform", &one) == nil {
		p.layers, layers = []int{one}, nil
	}
	var err, more error
	p.ranks, err = patterns("rank_pattern", keys["rank_pattern"])
	p.alphas, more = patterns("alpha_pattern", keys["alpha_pattern"])
	err = errors.Join(read("r", &p.rank), read("lora_alpha", &p.alpha), read("use_rslora", &p.stable), layers, err, more)
	return p, err
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// checkInit refuses the ways to begin that take a part out of the model's own weights, so
// that the adapter is one of others than the model's.
func checkInit(raw json.RawMessage) error {
	var name string
	if string(raw) == "true" {
		return nil
	}
	if err := json.Unmarshal(raw, &name); err != nil {
		return fmt.Errorf("init_lora_weights is %s, want true, false or a name", raw)
	}
	switch kind, _, _ := strings.Cut(strings.ToLower(name), "_niter_"); kind {
	case "gaussian", "eva", "orthogonal":
		return nil
	case "pissa", "olora", "corda", "loftq", "lora_ga":
		return fmt.Errorf("init_lora_weights is %q: the adapter is one of weights from which a part was taken at its beginning: save it with PEFT's path_initial_model_for_weight_conversion, or %s", name, mergeFirst)
	}
	return fmt.Errorf("init_lora_weights is %q, and what it does to the model's weights is not known here: %s", name, mergeFirst)
}

// patterns reads an object of patterns in its order.
func patterns(key string, raw json.RawMessage) (list []peftPattern, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("%s is no object of numbers", key)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		p := peftPattern{key: fmt.Sprint(name)}
		if err := dec.Decode(&p.value); err != nil {
			return nil, fmt.Errorf("%s of %q: %w", key, name, err)
		}
		if p.ends, err = regexp.Compile(`^(?:.*\.)?(?:` + p.key + `)$`); err != nil {
			return nil, fmt.Errorf("%s: the pattern %q can't be read here: %w", key, name, err)
		}
		list = append(list, p)
	}
	return list, nil
}

// match is the value of the first pattern that the name of a module ends with.
func match(list []peftPattern, module string, other float64) float64 {
	for _, p := range list {
		if p.ends.MatchString(module) {
			return p.value
		}
	}
	return other
}

var layerOf = regexp.MustCompile(`\.layers\.(\d+)\.`)

// check says what the configuration has otherwise than the tensors of a module.
func (p *peftConfig) check(module string, rank int) error {
	if want := match(p.ranks, module, float64(p.rank)); float64(rank) != want {
		return fmt.Errorf("the rank of %s is %g by r and rank_pattern, its tensors have %d", module, want, rank)
	}
	if m := layerOf.FindStringSubmatch("." + module); m != nil && len(p.layers) > 0 && !slices.ContainsFunc(p.layers, func(l int) bool { return fmt.Sprint(l) == m[1] }) {
		return fmt.Errorf("layers_to_transform %v leaves %s out, and there are tensors for it", p.layers, module)
	}
	return nil
}

// scale is what the change to a module is multiplied by.
func (p *peftConfig) scale(module string, rank int) float64 {
	alpha := match(p.alphas, module, p.alpha)
	if p.stable {
		return alpha / math.Sqrt(float64(rank))
	}
	return alpha / float64(rank)
}
