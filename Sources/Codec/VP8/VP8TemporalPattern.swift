internal import CVPX

/// Which layer a frame belongs to, and which references it uses and updates, so that upper layers can be left out.
struct VP8TemporalPattern: Sendable {
    let layers: Int

    /// Frames after which the pattern begins again.
    var period: Int { 1 << (layers - 1) }

    /// Of all frames, how many belong to each layer.
    var shares: [Double] { [[1], [0.5, 0.5], [0.25, 0.25, 0.5]][layers - 1] }

    /// The layer of a frame, counted from the last key frame.
    func layer(ofFrame index: Int) -> Int {
        switch (layers, index & (period - 1)) {
        case (2, 1): 1
        case (3, 1), (3, 3): 2
        case (3, 2): 1
        default: 0
        }
    }

    /// The encoder's flags for a frame. The base keeps to the last frame, the middle layer to golden; the top one
    /// updates nothing.
    func flags(ofFrame index: Int) -> Int {
        guard layers > 1 else { return 0 }
        let keepGolden = VP8_EFLAG_NO_UPD_GF
        let keepAlternate = VP8_EFLAG_NO_UPD_ARF
        let keepLast = VP8_EFLAG_NO_UPD_LAST
        let ignoreGolden = VP8_EFLAG_NO_REF_GF
        let ignoreAlternate = VP8_EFLAG_NO_REF_ARF
        let keepEntropy = VP8_EFLAG_NO_UPD_ENTROPY
        let flags: Int32 =
            switch layer(ofFrame: index) {
            case 0: keepGolden | keepAlternate | ignoreGolden | ignoreAlternate
            case 1 where layers == 3: keepLast | keepAlternate | ignoreGolden | ignoreAlternate
            default:
                // Right after the base there is nothing newer in golden.
                keepLast | keepGolden | keepAlternate | keepEntropy | ignoreAlternate
                    | (layers == 3 && index & 3 == 3 ? 0 : ignoreGolden)
            }
        return Int(flags)
    }

    /// Sets the layers' rates: the lower ones get 60 % (of two) or 40 and 60 % (of three).
    func configure(_ config: inout vpx_codec_enc_cfg_t) {
        config.ts_number_layers = UInt32(layers)
        let target = config.rc_target_bitrate
        guard layers > 1 else {
            config.ts_target_bitrate.0 = target
            config.ts_rate_decimator.0 = 1
            config.ts_periodicity = 1
            config.ts_layer_id.0 = 0
            return
        }
        config.ts_periodicity = UInt32(period)
        if layers == 2 {
            config.ts_target_bitrate.0 = target * 6 / 10
            config.ts_target_bitrate.1 = target
            config.ts_rate_decimator.0 = 2
            config.ts_rate_decimator.1 = 1
            config.ts_layer_id.0 = 0
            config.ts_layer_id.1 = 1
        } else {
            config.ts_target_bitrate.0 = target * 4 / 10
            config.ts_target_bitrate.1 = target * 6 / 10
            config.ts_target_bitrate.2 = target
            config.ts_rate_decimator.0 = 4
            config.ts_rate_decimator.1 = 2
            config.ts_rate_decimator.2 = 1
            config.ts_layer_id.0 = 0
            config.ts_layer_id.1 = 2
            config.ts_layer_id.2 = 1
            config.ts_layer_id.3 = 2
        }
    }
}
