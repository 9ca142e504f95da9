import Topology

/// The body of `POST /v1/load`: a load is started, with the options of `load start`, or stopped. What the options mean, and whether
/// they can be, the command says itself.
package struct LoadOrder: Sendable, Equatable {
    /// What is done.
    package enum Action: String, Sendable, CaseIterable {
        case start, stop
    }

    /// What is done.
    package var action: Action
    /// Of `cellmesh load start` or `load stop`.
    package var arguments: [String] = []
    /// By its name: a load goes nowhere else at a client's word. Nil for the mesh's first.
    package var router: String?

    static let form =
        "{\"action\": \"start\", \"rate\": NUMBER, \"duration_ms\": NUMBER, ...}, with the options of 'load start', or "
        + "{\"action\": \"stop\"}"
    /// Members that a start may have, beside those with a unit, a list or a flag.
    private static let texts = ["mix", "priorities", "post", "values"]
    private static let numbers = ["customers", "seed", "connections", "keys"]
    private static let durations = ["duration_ms", "timeout_ms"]
    private static let lists = ["services": "service", "slo": "slo"]
    private static let flags = ["verify", "no_report"]
    private static let mostWords = 64
    private static let longestWord = 256

    /// Reads what a client sent.
    ///
    /// - Throws: 400, with the member that is wrong and what it should be.
    package init(body bytes: [UInt8]) throws(APIFailure) {
        let known = ["action", "rate", "router"] + Self.texts + Self.numbers + Self.durations
        let body = try RequestBody(bytes, known: known + Self.lists.keys.sorted() + Self.flags, form: Self.form)
        guard let action = try body.text("action").flatMap(Action.init(rawValue:)) else {
            throw body.failure("action", "start or stop")
        }
        self.action = action
        let members = body.members.filter { $0 != "action" }
        guard action == .start else {
            if let first = members.first { throw body.failure(first, "left out: it goes with a start") }
            return
        }
        if let rate = try body.number("rate", 0...1_000_000) { arguments.append("--rate=\(rate)") }
        for name in Self.durations {
            guard let time = try body.integer(name, 1...Self.longest) else { continue }
            arguments.append("--\(name.dropLast("_ms".count))=\(time)ms")
        }
        for name in Self.numbers {
            if let number = try body.integer(name, 0...Int64(1) << 53) { arguments.append("--\(name)=\(number)") }
        }
        for name in Self.texts {
            guard let text = try body.text(name) else { continue }
            arguments.append("--\(name)=\(try Self.word(text, name, body))")
        }
        for (name, option) in Self.lists.sorted(by: { $0.key < $1.key }) {
            let words = try body.texts(name) ?? []
            guard words.count <= Self.mostWords else { throw body.failure(name, "a list of \(Self.mostWords) at most") }
            for word in words { arguments.append("--\(option)=\(try Self.word(word, name, body))") }
        }
        for name in Self.flags where try body.flag(name) == true {
            arguments.append("--\(name.replacing("_", with: "-"))")
        }
        router = try body.text("router").map { TargetSelector.name(in: $0, of: .router) }
    }

    /// A week.
    private static let longest: Int64 = 7 * 24 * 3_600_000

    private static func word(_ text: String, _ name: String, _ body: RequestBody) throws(APIFailure) -> String {
        guard (1...longestWord).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw body.failure(name, "a text of 1 to \(longestWord) bytes")
        }
        return text
    }
}
