"""Makes shard-v1.bin, .idx and .crc without any code of the project, after the writers of the formats' owners.

.bin: streaming/base/format/mds/writer.py and the class NDArray of encodings.py (MosaicML Streaming);
.idx: megatron/core/datasets/indexed_dataset.py (Megatron-LM); .crc: u32 CRC-32C of each 64 KiB of the .bin.
Run: python3 make_shard.py
"""

import hashlib
import json
import struct
from pathlib import Path

DOCUMENTS = [[50256], [1, 50256], list(range(0, 50000, 167)) + [50256], [7] * 255 + [50256], [65, 66, 50256]]
SIZE_LIMIT = 9999
TOKENIZER = "0123456789abcdef"
CONTENTS = [hashlib.sha256(b"document %d" % i).hexdigest() for i in range(len(DOCUMENTS))]


def config():
    return json.dumps(
        {
            "column_encodings": ["ndarray:uint16"],
            "column_names": ["tokens"],
            "column_sizes": [None],
            "compression": None,
            "format": "mds",
            "hashes": ["sha256"],
            "size_limit": SIZE_LIMIT,
            "version": 2,
        },
        separators=(",", ":"),
    ).encode()


def sample(tokens):
    shape = len(tokens)
    width, code = (1, "<B") if shape < 256 else (2, "<H")
    dims_and_width = 1 << 2 | width.bit_length() - 1
    data = bytes([dims_and_width]) + struct.pack(code, shape) + struct.pack("<%dH" % shape, *tokens)
    return struct.pack("<I", len(data)) + data, 4 + 1 + width


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def main():
    count = len(DOCUMENTS)
    used = 4 + 4 * (count + 1) + len(config())
    offsets, pointers, samples = [-(-used // 4096) * 4096], [], b""
    for tokens in DOCUMENTS:
        data, prefix = sample(tokens)
        pointers.append(offsets[-1] + prefix)
        offsets.append(offsets[-1] + len(data))
        samples += data
    header = struct.pack("<I", count) + struct.pack("<%dI" % len(offsets), *offsets) + config()
    shard = header.ljust(offsets[0], b" ") + samples
    index = b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, count, count + 1)
    index += struct.pack("<%di" % count, *map(len, DOCUMENTS))
    index += struct.pack("<%dq" % count, *pointers)
    index += struct.pack("<%dq" % (count + 1), *range(count + 1))
    checksums = b"".join(
        struct.pack("<I", crc32c(shard[at : at + (1 << 16)])) for at in range(0, len(shard), 1 << 16)
    )
    name = hashlib.sha256(b"mds 2, megatron 1, crc32c of 64 KiB\n" + config() + b"\n" + TOKENIZER.encode() + b"\n")
    for tokens, content in zip(DOCUMENTS, CONTENTS):
        name.update(struct.pack("<i", len(tokens)) + content.encode())
    here = Path(__file__).parent
    (here / "shard-v1.bin").write_bytes(shard)
    (here / "shard-v1.idx").write_bytes(index)
    (here / "shard-v1.crc").write_bytes(checksums)
    (here / "shard-v1.name").write_text("train/u/tok-unit-%s.bin\n" % name.hexdigest()[:16])


main()
