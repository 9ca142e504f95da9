import MeshBase

/// The command that leads to the same figures again.
struct LabCommandLine {
    private(set) var text: String

    init(_ laboratory: String) { text = "cellmesh lab \(laboratory)" }

    mutating func add(_ option: String, _ value: some CustomStringConvertible) { text += " --\(option) \(value)" }
    mutating func add(_ option: String, _ value: TimeAmount) { add(option, Self.written(value)) }
    /// A number without a decimal that says nothing.
    mutating func add(_ option: String, number value: Double) { add(option, Self.written(value)) }
    mutating func add(_ option: String, share value: Double) { add(option, Self.written(value * 100) + "%") }

    /// A file, as a shell takes it.
    mutating func add(argument word: String) { text += " \(ShellWord.quoted(word))" }
    mutating func add(_ option: String, word: String) { text += " --\(option) \(ShellWord.quoted(word))" }

    static func written(_ value: Double) -> String {
        // Of 0.07 * 100 nobody wants to read the last bits.
        let rounded = (value * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && rounded.magnitude < 1e15 ? String(Int(rounded)) : String(rounded)
    }

    /// For people: in milliseconds with two decimals at most where it is no whole figure.
    static func told(_ value: TimeAmount) -> String {
        guard value.nanoseconds % 1_000_000 != 0 else { return written(value) }
        return written((value.milliseconds * 100).rounded() / 100) + " ms"
    }

    static func written(_ value: TimeAmount) -> String {
        let nanoseconds = value.nanoseconds
        if nanoseconds % 1_000_000_000 == 0 { return "\(nanoseconds / 1_000_000_000)s" }
        if nanoseconds % 1_000_000 == 0 { return "\(nanoseconds / 1_000_000)ms" }
        return "\(nanoseconds / 1_000)us"
    }
}
