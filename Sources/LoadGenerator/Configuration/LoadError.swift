/// Why a load cannot be run as asked; the message says what to change. Nothing has been sent.
package struct LoadError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package init(_ message: String) { self.message = message }
    package var description: String { message }
}
