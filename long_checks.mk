# SPDX-License-Identifier: Apache-2.0
#
# Checks that go on where `make test` ends: more cases of the same tests, from a seed.

.PHONY: random-graphs
random-graphs: $(VENV)/.test ## More random graphs against the interpreter (COUNT=1000 SEED=1)
	RANDOM_GRAPHS=$(call said,COUNT) RANDOM_GRAPHS_SEED=$(call said,SEED) $(PYTEST) \
	    tests/network/test_random_graphs.py -n $(call said,JOBS)

.PHONY: graph-images
graph-images: $(VENV)/.$(TEST_SET) $(TOOLS) ## Random graphs (IMAGES=30) and Keras nets as whole images on virtual boards
	GRAPH_IMAGES=$(call said,IMAGES,30) $(PYTEST) tests/firmware/test_random_graph_taps.py \
	    tests/firmware/test_keras_net_taps.py -n $(call said,JOBS)

.PHONY: microphone-clips
microphone-clips: $(VENV)/.$(TEST_SET) $(TOOLS) ## Real clips (CLIPS=40) through the microphone's path against the UART's decisions
	MICROPHONE_CLIPS=$(call said,CLIPS,40) $(PYTEST) tests/firmware/test_microphone_clips.py -s

.PHONY: hostile-files
hostile-files: $(VENV)/.$(TEST_SET) ## Every hostile file through its command: one message, within 2 s and 300 MB
	HOSTILE_FILES=1 $(PYTEST) tests/mel2metal/test_hostile_files.py -s -q

.PHONY: drawn-records
drawn-records: $(VENV)/.test $(TOOLS) ## More front-ends drawn at random against float64 (RECORDS=100 of each kind)
	DRAWN_RECORDS=$(call said,RECORDS,100) $(PYTEST) tests/frontend/test_record_distance.py -n $(call said,JOBS)

.PHONY: listen
listen: $(VENV)/.test $(TOOLS) ## MINUTES=10 of mixed sound through the monitor on virtual BOARD: events as the host's
	@LISTEN_MINUTES=$(call said,MINUTES,10) LISTEN_BOARD=$(call said,BOARD) $(PYTEST) -q \
	    tests/firmware/test_monitor_long.py

.PHONY: fuzz
fuzz: $(VENV)/.test $(TOOLS) ## Inputs that nobody thought of into every parser (MINUTES=10 SEED=1 TARGETS="names")
	@$(PY) -m tools.fuzzer_install --if-possible
	@$(call with_words,$(call listed,,TARGETS))$(PY) -m tests.fuzz --minutes $(call said,MINUTES,10) \
	    --seed $(call said,SEED)

.PHONY: planted-bugs
planted-bugs: $(VENV)/.test $(TOOLS) ## Bugs put into the firmware's C on purpose: the fuzz targets find each one
	@$(PY) -m tools.fuzzer_install --if-possible
	PLANTED_BUGS=1 $(PYTEST) -q -s tests/fuzz/test_planted_bugs.py
