# SPDX-License-Identifier: Apache-2.0
"""A virtual board served to other processes, reached as one on another machine is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from generator.repository import REPO_ROOT
from hil.boards.network_port import NetworkPort, open_port
from hil.boards.virtual_board import VirtualBoard
from hil.virtual.host_ports import registry
from hil.virtual.host_ports.pacing import PacedMachine
from hil.virtual.host_ports.rfc2217_server import Rfc2217Server
from hil.virtual.host_ports.serve import main
from hil.virtual.machine import Machine
from tests.hil.served_board import served_board
from tests.hil.virtual.hello import say_hello

_ = VirtualBoard, say_hello
