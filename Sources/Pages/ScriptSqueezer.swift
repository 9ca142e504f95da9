/// A script without needless blanks, line ends and semicolons; names stay as they are.
///
/// What it takes for granted: each statement ends with a semicolon or a block, none is empty, and a regular expression
/// stands where a value begins, after a sign.
enum ScriptSqueezer {
    /// Beside these no blank means anything.
    private static let signs = Set("{}()[]=<>*,:;?&|!%'\"`".utf8)
    /// Beside these neither, but between two of them: `a - -1`.
    private static let operators = Set("+-/".utf8)
    /// A line goes on after these, and before those.
    private static let open = Set(";{,([=&|?:>".utf8)
    private static let close = Set("}.?:&|)]".utf8)
    /// After these a slash begins a regular expression.
    private static let beforeValues = Set("(,=:[!&|?{};>".utf8)

    private static let (blank, lineEnd, slash, escape) = (UInt8(0x20), UInt8(0x0A), UInt8(0x2F), UInt8(0x5C))
    private static let (backtick, dollar) = (UInt8(0x60), UInt8(0x24))
    private static let (brace, braceEnd, semicolon) = (UInt8(0x7B), UInt8(0x7D), UInt8(0x3B))

    /// - Parameter script: lines without imports and comments.
    static func squeeze(_ script: String) -> String {
        let bytes = Array(script.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        // Of each brace that is open, whether it is one of a template.
        var braces: [Bool] = []
        var pending: UInt8?
        var isAfterExpression = false
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == blank || byte == lineEnd {
                pending = pending == lineEnd ? lineEnd : byte
                at += 1
                continue
            }
            if let space = pending, let last = kept.last, isAfterExpression || means(space, last, byte) {
                kept.append(space)
            }
            pending = nil
            isAfterExpression = false
            switch byte {
            case backtick: at = template(bytes, at + 1, from: at, &kept, &braces)
            case 0x22, 0x27: at = copy(bytes, from: at, to: text(bytes, at), &kept)
            case slash where kept.last.map { beforeValues.contains($0) } ?? true:
                at = copy(bytes, from: at, to: expression(bytes, at), &kept)
                isAfterExpression = true
            case braceEnd where braces.popLast() == true: at = template(bytes, at + 1, from: at, &kept, &braces)
            default:
                if byte == brace { braces.append(false) }
                if byte == braceEnd, kept.last == semicolon { kept.removeLast() }
                kept.append(byte)
                at += 1
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static func means(_ space: UInt8, _ last: UInt8, _ next: UInt8) -> Bool {
        if space == lineEnd { return !open.contains(last) && !close.contains(next) }
        if signs.contains(last) || signs.contains(next) { return false }
        return operators.contains(last) == operators.contains(next)
    }

    private static func copy(_ bytes: [UInt8], from: Int, to end: Int, _ kept: inout [UInt8]) -> Int {
        let end = min(end, bytes.count)
        kept += bytes[from..<end]
        return end
    }

    /// Where a text ends.
    private static func text(_ bytes: [UInt8], _ from: Int) -> Int {
        var at = from + 1
        while at < bytes.count, bytes[at] != bytes[from] { at += bytes[at] == escape ? 2 : 1 }
        return at + 1
    }

    /// Where a regular expression ends, but for its flags.
    private static func expression(_ bytes: [UInt8], _ from: Int) -> Int {
        var at = from + 1
        var isClass = false
        while at < bytes.count, isClass || bytes[at] != slash {
            if bytes[at] == 0x5B { isClass = true } else if bytes[at] == 0x5D { isClass = false }
            at += bytes[at] == escape ? 2 : 1
        }
        return at + 1
    }

    /// Copies a template from a place in its text on, up to its end or to the script in it.
    private static func template(
        _ bytes: [UInt8], _ place: Int, from begin: Int, _ kept: inout [UInt8], _ braces: inout [Bool]
    ) -> Int {
        var at = place
        while at < bytes.count, bytes[at] != backtick {
            if bytes[at] == dollar, at + 1 < bytes.count, bytes[at + 1] == brace {
                braces.append(true)
                return copy(bytes, from: begin, to: at + 2, &kept)
            }
            at += bytes[at] == escape ? 2 : 1
        }
        return copy(bytes, from: begin, to: at + 1, &kept)
    }
}
