package label

import "testing"

func TestBriefDays(t *testing.T) {
	for text, want := range map[string]string{
		"move it to 15/12": "--12-15", "on 12/15": "--12-15", "auf den 15.12": "--12-15", "am Dienstag, 15.12.": "--12-15", "reportez au mardi 15/12": "--12-15",
		"sposti al 5/12": "--12-05", "mude para 15/12": "--12-15", "cambie al 15-12": "--12-15", "41822 को 15/12 पर": "--12-15", "เลื่อนเป็น 15/12/69": "2026-12-15", "15/12/26": "2026-12-15", "15/12": "--12-15", "5.12.": "--12-05", "5/12": "", "from 5/12 to 20/12": "--12-05--12-20",
		"move it to 5/12": "", "to 3/4 of it": "", "order 2/3": "", "del 10-12 de enero": "", "the 10.12 euros": "", "um 20.30 Uhr": "", "room 12/3": "", "on 12/345": "",
	} {
		got := ""
		for _, b := range briefDays(text) {
			got += b.day
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
