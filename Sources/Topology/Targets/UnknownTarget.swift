import MeshBase

/// A word that names nothing that there is, or not the kind of thing that is wanted.
package struct UnknownTarget: Error, Equatable, CustomStringConvertible {
    /// What is wrong, such as `there is no cell 'us-esat-1'`.
    package var message: String
    /// What it could have meant, or what there is.
    package var hint: String?

    /// - Parameter message: without a full stop; nothing was done.
    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message + (hint.map { "; \($0)" } ?? "") }

    /// A word with a `/` before whose name stands what it is.
    ///
    /// - Parameters:
    ///   - kind: in words, `cell`.
    ///   - prefix: before each name, `cell/`.
    static func named(_ kind: String, _ name: String, _ names: [String], prefix: String) -> UnknownTarget {
        let hint =
            NearestWord.nearest(to: name, among: names).map { "did you mean '\(prefix)\($0)'?" }
            ?? NearestWord.hint(for: "", among: names.map { prefix + $0 }, listing: "\(kind)s are")
        return UnknownTarget("there is no \(kind) '\(name.prefix(128))'", hint: hint)
    }
}
