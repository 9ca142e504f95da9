/// Looks at the raw text for what would make the YAML composer itself slow: it hashes keys, and a key may hold
/// aliases that double at each step, so that a few lines expand to billions of values. Errs on the safe side: text
/// in comments and quotes counts too.
enum AliasGuard {
    static let mostAliases = 64
    static let mostKeysThatAreNotText = 64

    static func refusal(of text: String) -> (position: Position, message: String)? {
        var scan = Scan()
        for scalar in text.unicodeScalars { scan.feed(scalar) }
        scan.feed("\n")
        if scan.aliases > mostAliases {
            return (scan.lastAlias, "more than \(mostAliases) aliases")
        }
        if let key = scan.complexKey, scan.aliases > 0 || scan.complexKeys > mostKeysThatAreNotText {
            return (key, "a key that is not a text, in a file with aliases or many such keys")
        }
        return nil
    }

    private struct Scan {
        var aliases = 0
        var lastAlias = Position.start
        var complexKeys = 0
        var complexKey: Position?
        private var position = Position.start
        private var star: Position?
        private var question: Position?
        /// Inside `*name`, or after it and before a `:`.
        private var inAlias = false
        /// After `]`, `}` or an alias, with only blanks since.
        private var keyMayEnd = false
        /// The scalar before lets a `?` begin a key.
        private var mayBegin = true

        mutating func feed(_ scalar: Unicode.Scalar) {
            let blank = scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
            if question != nil, blank { addKey(position) }
            question = scalar == "?" && mayBegin ? position : nil
            mayBegin = blank || scalar == "[" || scalar == "{" || scalar == "," || scalar == "-"
            if star != nil, Self.isWord(scalar) {
                aliases += 1
                lastAlias = position
                inAlias = true
            }
            star = scalar == "*" ? position : nil
            if scalar == ":", keyMayEnd || inAlias { addKey(position) }
            if inAlias, !Self.isWord(scalar) {
                inAlias = false
                keyMayEnd = true
            }
            if scalar == "]" || scalar == "}" {
                keyMayEnd = true
            } else if !(scalar == " " || scalar == "\t") {
                keyMayEnd = false
            }
            position.column += 1
            if scalar == "\n" { position = Position(line: position.line + 1, column: 1) }
        }

        private mutating func addKey(_ position: Position) {
            complexKeys += 1
            complexKey = complexKey ?? position
        }

        private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
            default: false
            }
        }
    }
}
