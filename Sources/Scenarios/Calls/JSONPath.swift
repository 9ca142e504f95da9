import MeshBase
import Reports

/// A way into a JSON document, in the part of JSONPath that Chaos Toolkit's `jsonpath2` and this program have in common: `$`,
/// `.name`, `["name"]`, `[0]`, `[-1]`, `.*` and `[*]`.
package struct JSONPath: Sendable, Equatable {
    /// One step of the way.
    package enum Step: Sendable, Equatable {
        case member(String)
        /// From the end where negative.
        case element(Int)
        /// Every element, or every member's value.
        case every
    }

    package let steps: [Step]
    /// As it was written.
    package let text: String

    /// Steps at most.
    package static let most = 32
    /// Values at most that a path leads to; what is beyond is not looked at.
    package static let mostValues = 10_000

    /// Why a text is no such path, without a full stop.
    package struct Invalid: Error, Equatable {
        package var message: String
    }

    /// Parses the written form.
    package init(text: String) throws(Invalid) {
        self.text = text
        var rest = text.unicodeScalars[...]
        while rest.last == " " { rest.removeLast() }
        while rest.first == " " { rest.removeFirst() }
        guard rest.popFirst() == "$" else { throw Invalid(message: "a path begins with '$'") }
        var steps: [Step] = []
        while let scalar = rest.popFirst() {
            guard steps.count < Self.most else { throw Invalid(message: "a path has at most \(Self.most) steps") }
            switch scalar {
            case ".":
                guard rest.first != "." else { throw Invalid(message: "'..' is not read here: name each step") }
                if rest.first == "*" {
                    rest.removeFirst()
                    steps.append(.every)
                    continue
                }
                let name = rest.prefix {
                    $0 == "_" || ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                }
                guard let first = name.first, !("0"..."9").contains(first) else {
                    throw Invalid(
                        message:
                            "behind '.' stands a name of letters, digits and '_', or '*'; write others as [\"name\"]")
                }
                rest.removeFirst(name.count)
                steps.append(.member(String(String.UnicodeScalarView(name))))
            case "[": steps.append(try Self.bracket(&rest))
            default: throw Invalid(message: "'\(scalar)' is not understood: write '.name', '[0]' or '[*]'")
            }
        }
        self.steps = steps
    }

    private static func bracket(_ rest: inout String.UnicodeScalarView.SubSequence) throws(Invalid) -> Step {
        let step: Step
        switch rest.first {
        case "*":
            rest.removeFirst()
            step = .every
        case "\"":
            rest.removeFirst()
            var name = String.UnicodeScalarView()
            while let scalar = rest.popFirst(), scalar != "\"" {
                guard scalar != "\\" else { throw Invalid(message: "a name in a path has no backslash") }
                name.append(scalar)
                if rest.isEmpty { throw Invalid(message: "a name in a path is not closed") }
            }
            step = .member(String(name))
        case "'": throw Invalid(message: "names stand in double quotes: [\"name\"]")
        default:
            let digits = rest.prefix { $0 == "-" || ("0"..."9").contains($0) }
            guard let number = Int(String(String.UnicodeScalarView(digits))),
                "\(number)".unicodeScalars.count == digits.count
            else { throw Invalid(message: "in brackets stands a number, a name in double quotes or '*'") }
            rest.removeFirst(digits.count)
            step = .element(number)
        }
        guard rest.popFirst() == "]" else {
            throw Invalid(
                message: "in brackets stands one number, name or '*': filters, slices and unions are not read here")
        }
        return step
    }

    /// The values that it leads to, in the document's order.
    package func values(in document: JSONValue) -> [JSONValue] {
        var values = [document]
        for step in steps {
            var next: [JSONValue] = []
            for value in values where next.count < Self.mostValues {
                switch (step, value) {
                case (.member(let name), .object): if let member = value[name] { next.append(member) }
                case (.element(let place), .list(let items)):
                    let index = place < 0 ? items.count + place : place
                    if items.indices.contains(index) { next.append(items[index]) }
                case (.every, .list(let items)): next += items.prefix(Self.mostValues - next.count)
                case (.every, .object(let members)):
                    next += members.prefix(Self.mostValues - next.count).map(\.value)
                default: break
                }
            }
            values = next
        }
        return values
    }
}
