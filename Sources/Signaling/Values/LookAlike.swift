/// Folds a name so that names which look alike become the same text: case, common look-alike letters of Cyrillic, Greek and
/// full-width Latin, 0 and 1, accents of Latin letters, and marks that cannot be seen.
enum LookAlike {
    /// The folded text.
    static func fold(_ text: String) -> String {
        var folded = ""
        for scalar in text.unicodeScalars {
            var value = scalar.value
            if value >= 0xFF01, value <= 0xFF5E { value -= 0xFEE0 }
            if isInvisible(value) { continue }
            guard let plain = Unicode.Scalar(value) else { continue }
            for lower in plain.properties.lowercaseMapping.unicodeScalars where !isMark(lower) {
                folded.unicodeScalars.append(table[lower] ?? lower)
            }
        }
        return folded.replacingPairs()
    }

    private static func isInvisible(_ value: UInt32) -> Bool {
        value == 0xAD || (0x2000...0x200F).contains(value)
            || (0x2028...0x202F).contains(value) || (0x205F...0x2064).contains(value) || value == 0xFEFF
            || (0xFE00...0xFE0F).contains(value) || value == 0x3000
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark
    }

    private static let table: [Unicode.Scalar: Unicode.Scalar] = {
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        let rows: [(Unicode.Scalar, String)] = [
            ("a", "аαàáâãäåāăąɑ"), ("b", "ьβƅ"), ("c", "сϲçćčⅽ"), ("d", "ԁďđⅾ"), ("e", "еєёèéêëēėęěε"), ("f", "ƒ"),
            ("g", "ɡğģԍ"), ("h", "һнħ"), ("i", "іìíîïīıɩιl1|јjⅰ"), ("k", "кκķ"), ("m", "мⅿ"), ("n", "пηñńņňո"),
            ("o", "оοσõòóôöøōő0օ"), ("p", "рρ"), ("q", "ԛ"), ("r", "гŕřŗ"), ("s", "ѕśşšșß"), ("t", "тτťţț"),
            ("u", "υùúûüūůűųս"), ("v", "ѵνⅴ"), ("w", "ԝω"), ("x", "хχⅹ×"), ("y", "уγýÿў"), ("z", "źżžᴢ"),
            ("-", "‐‑‒–—−"),
        ]
        for (plain, alike) in rows {
            for scalar in alike.unicodeScalars { table[scalar] = plain }
        }
        return table
    }()
}

extension String {
    /// Two letters that look like one: `rn` like `m`, `vv` like `w`.
    fileprivate func replacingPairs() -> String {
        var result = ""
        var previous: Character?
        for letter in self {
            switch (previous, letter) {
            case ("r", "n"):
                result.removeLast()
                result.append("m")
                previous = "m"
            case ("v", "v"):
                result.removeLast()
                result.append("w")
                previous = "w"
            default:
                result.append(letter)
                previous = letter
            }
        }
        return result
    }
}
