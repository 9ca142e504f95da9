import MeshBase
import Reports

/// What an answer has to be, in Chaos Toolkit's words: the status, or a part of the answer by a range, a pattern or a path.
package enum CallTolerance: Sendable, Equatable {
    /// A part of an answer.
    package enum Target: String, Sendable, CaseIterable {
        case status, body, stdout, stderr
    }

    /// One of these.
    case status([Int])
    /// A number of the part lies so, both ends included.
    case range(Target, low: Double, high: Double)
    /// The pattern is found in the part.
    case pattern(Target, LinearPattern)
    /// What the path leads to in the part, or in all of the answer: so many values, exactly these, or any at all.
    case path(Target?, JSONPath, count: Int?, expect: [JSONValue]?)

    /// Whether an answer is as it has to be.
    package func holds(_ answer: CallAnswer) -> Bool {
        switch self {
        case .status(let all): return all.contains(answer.status)
        case .range(let target, let low, let high):
            guard let number = answer.number(target) else { return false }
            return low <= number && number <= high
        case .pattern(let target, let pattern): return pattern.isFound(in: answer.text(target))
        case .path(let target, let path, let count, let expect):
            let values = path.values(in: answer.document(target))
            if let expect { return values == expect }
            if let count { return values.count == count }
            return !values.isEmpty
        }
    }

    /// In words.
    package var text: String {
        switch self {
        case .status(let all): "status \(all.map(String.init).joined(separator: " or "))"
        case .range(let target, let low, let high):
            "\(target.rawValue) from \(Syntax.written(low)) to \(Syntax.written(high))"
        case .pattern(let target, let pattern): "\(target.rawValue) with /\(pattern.text)/"
        case .path(let target, let path, let count, let expect):
            (target.map { "\($0.rawValue) " } ?? "") + path.text
                + (expect != nil ? " as expected" : count.map { " with \(Wording.plural($0, "value"))" } ?? " there")
        }
    }
}

/// What came of a request or a program.
package struct CallAnswer: Sendable, Equatable {
    /// Of HTTP, or the exit code.
    package var status: Int
    /// The body, or what the program wrote to its standard output; bounded.
    package var output: String
    /// What the program wrote to its standard error; bounded. Nil of a request.
    package var errors: String?
    /// The body is to be read as JSON, as its type says.
    package var isJSON = false
    /// What may be shown of it: a clip without the values of secrets.
    package var shown = ""

    package init(status: Int, output: String, errors: String? = nil, isJSON: Bool = false, shown: String = "") {
        self.status = status
        self.output = output
        self.errors = errors
        self.isJSON = isJSON
        self.shown = shown
    }

    /// In a sentence, for steps and claims.
    package var detail: String {
        (errors == nil ? "status" : "exit code") + " \(status)" + (shown.isEmpty ? "" : ": \(shown)")
    }

    func text(_ target: CallTolerance.Target) -> String {
        switch target {
        case .status: "\(status)"
        case .body, .stdout: output
        case .stderr: errors ?? ""
        }
    }

    func number(_ target: CallTolerance.Target) -> Double? {
        let text = text(target)
        // A body that is JSON may be a text with a number in it.
        if target == .body, isJSON, let value = JSONValue(Array(text.utf8)) {
            if case .text(let inner) = value { return Self.number(inner) }
            return value.double
        }
        return Self.number(text)
    }

    private static func number(_ text: String) -> Double? {
        var scalars = text.unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        guard scalars.count <= 64, scalars.allSatisfy({ "0123456789+-.eE".unicodeScalars.contains($0) }) else {
            return nil
        }
        return Double(String(String.UnicodeScalarView(scalars))).flatMap { $0.isFinite ? $0 : nil }
    }

    /// What a path begins at: the part, as JSON where it is some and as a text where not; or all of it.
    func document(_ target: CallTolerance.Target?) -> JSONValue {
        switch target {
        case .status: return .integer(Int64(status))
        case .body?, .stdout?, .stderr?:
            let text = text(target!)
            return JSONValue(Array(text.utf8)) ?? .text(text)
        case nil:
            var members = [JSONValue.Member("status", .integer(Int64(status)))]
            if let errors {
                members += [.init("stdout", .text(output)), .init("stderr", .text(errors))]
            } else {
                members.append(.init("body", isJSON ? JSONValue(Array(output.utf8)) ?? .text(output) : .text(output)))
            }
            return .object(members)
        }
    }
}
