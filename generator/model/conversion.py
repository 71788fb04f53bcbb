# SPDX-License-Identifier: Apache-2.0
"""The converter calls that make a model as this tool takes it: for remedies."""

from __future__ import annotations

INT8_SETTINGS = (
    "converter.optimizations = [tf.lite.Optimize.DEFAULT]; "
    "converter.representative_dataset = samples; "
    "converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]; "
    "converter.inference_input_type = converter.inference_output_type = tf.int8"
)
"""Full integer quantisation; `samples` yields real inputs of the model, some hundred of them."""

AS_INT8 = f"convert with full integer quantisation: {INT8_SETTINGS}"


def from_source(call: str) -> str:
    """How a model of another format becomes an int8 .tflite; `call` makes the converter."""
    return (
        f"convert it: converter = {call}; {INT8_SETTINGS}; "
        "open('model.tflite', 'wb').write(converter.convert())"
    )


FROM_KERAS = from_source(
    "tf.lite.TFLiteConverter.from_keras_model(tf.keras.models.load_model(PATH))"
)
FROM_SAVED_MODEL = from_source("tf.lite.TFLiteConverter.from_saved_model(PATH)")
FROM_PYTORCH = (
    "convert it with litert-torch (once ai-edge-torch) and its PT2E int8 quantiser, or export it "
    "to ONNX and take onnx2tf with full integer quantisation (-oiqt); give the .tflite as MODEL"
)
FROM_ONNX = (
    "convert it with onnx2tf and full integer quantisation (-oiqt), and give the "
    "full_integer_quant.tflite that it writes as MODEL"
)
