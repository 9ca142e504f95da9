import Chaos
import MeshBase

/// The words behind a command: plain ones, and options that it knows, each once but for those that may come again.
struct CommandWords {
    private(set) var plain: [String] = []
    private var options: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - values: options with a value behind them, or after a `=`.
    ///   - flags: options without one.
    ///   - again: those of `values` that may be given again.
    /// - Throws: for any other option, and one that is given twice.
    init(
        _ words: some Sequence<String>, values: [String], flags: [String] = [], again: [String] = []
    ) throws(FaultRequest.Refusal) {
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word.count > 1 else {
                plain.append(word)
                continue
            }
            let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = halves[0]
            guard !has(name) || again.contains(name) else {
                throw FaultRequest.Refusal("'\(name.prefix(64))' is given twice")
            }
            if flags.contains(word) {
                options.append((word, ""))
            } else if values.contains(name) {
                guard let value = halves.count == 2 ? halves[1] : rest.popFirst() else {
                    throw FaultRequest.Refusal("'\(name)' needs a value")
                }
                options.append((name, value))
            } else {
                throw FaultRequest.Refusal(
                    "'\(name.prefix(64))' is not understood here", unknown: name, among: values + flags)
            }
        }
    }

    func has(_ name: String) -> Bool { options.contains { $0.name == name } }

    /// The values of an option, in the order in which they are given.
    func all(_ name: String) -> [String] { options.filter { $0.name == name }.map(\.value) }

    /// The value of an option; nil where it is not given.
    ///
    /// - Throws: where it cannot be read.
    func value<Value>(
        _ name: String, _ what: String, _ read: (String) -> Value?
    ) throws(FaultRequest.Refusal) -> Value? {
        guard let text = all(name).first else { return nil }
        guard let value = read(text) else {
            throw FaultRequest.Refusal("'\(name) \(text.prefix(64))' is no \(what)")
        }
        return value
    }

    func duration(_ name: String) throws(FaultRequest.Refusal) -> TimeAmount? {
        try value(name, "duration") { Syntax.duration($0) }
    }

    func ratio(_ name: String) throws(FaultRequest.Refusal) -> Double? {
        try value(name, "share") { Syntax.ratio($0) }
    }

    func integer(_ name: String) throws(FaultRequest.Refusal) -> Int? {
        try value(name, "whole number") { Syntax.integer($0) }
    }
}
