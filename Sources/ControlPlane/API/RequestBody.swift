import MeshBase
import Reports

/// The JSON object that a client sends, read strictly: what is misspelt or of another type is refused, not ignored.
struct RequestBody {
    private let values: [String: Value]
    private let form: String

    /// - Parameters:
    ///   - known: the members that there may be.
    ///   - form: what a right body looks like, for whoever sent a wrong one.
    /// - Throws: 400, with what is wrong and what to send.
    init(_ bytes: [UInt8], known: [String], form: String) throws(APIFailure) {
        self.form = form
        guard let values = ReportJSON.decode([String: Value].self, bytes) else {
            throw APIFailure(400, "The body is no JSON object. Send \(form).")
        }
        self.values = values
        for key in values.keys.sorted() where !known.contains(key) {
            let hint = NearestWord.hint(for: key, among: known, listing: "there are")
            let end = APIFailure.ended(hint.map { ": \($0)" } ?? "")
            throw APIFailure(400, "'\(key.prefix(40))' is no member of this body\(end) Send \(form).")
        }
    }

    /// One member as it was sent.
    enum Value: Decodable, Equatable {
        case null
        case flag(Bool)
        case number(Double)
        case text(String)
        case list([Value])
        case object

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let list = try? value.decode([Value].self) {
                self = .list(list)
            } else {
                self = .object
            }
        }
    }

    /// Says what is wrong with one member.
    func failure(_ key: String, _ wanted: String) -> APIFailure {
        APIFailure(400, "'\(key)' must be \(wanted). Send \(form).")
    }

    // Each is nil where the member is missing or null.

    func text(_ key: String) throws(APIFailure) -> String? {
        switch values[key] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw failure(key, "a text")
        }
    }

    func flag(_ key: String) throws(APIFailure) -> Bool? {
        switch values[key] {
        case nil, .null: return nil
        case .flag(let flag): return flag
        default: throw failure(key, "true or false")
        }
    }

    /// The names of those that were sent, whatever they hold.
    var members: [String] { values.keys.sorted() }

    func number(_ key: String, _ range: ClosedRange<Double>) throws(APIFailure) -> Double? {
        switch values[key] {
        case nil, .null: return nil
        case .number(let number) where range.contains(number): return number
        default: throw failure(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(APIFailure) -> Int64? {
        switch values[key] {
        case nil, .null: return nil
        case .number(let number) where number == number.rounded() && number.magnitude < 0x1p53:
            if range.contains(Int64(number)) { return Int64(number) }
        default: break
        }
        throw failure(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    func integers(_ key: String) throws(APIFailure) -> [Int]? {
        switch values[key] {
        case nil, .null: return nil
        case .list(let list):
            var numbers: [Int] = []
            for case .number(let number) in list where number == number.rounded() && number.magnitude < 0x1p53 {
                numbers.append(Int(number))
            }
            if numbers.count == list.count { return numbers }
        default: break
        }
        throw failure(key, "a list of whole numbers")
    }

    func texts(_ key: String) throws(APIFailure) -> [String]? {
        switch values[key] {
        case nil, .null: return nil
        case .list(let list):
            let texts = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
            if texts.count == list.count { return texts }
        default: break
        }
        throw failure(key, "a list of texts")
    }
}
