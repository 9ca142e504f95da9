import CLibUV

/// A failed call to libuv or the operating system.
package struct UVError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libuv's number, on Linux the negative errno: -98 is EADDRINUSE.
    package let code: Int32
    /// What was tried, for people: `bind 127.0.0.1:80`.
    package let operation: String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The symbol: `EADDRINUSE`.
    package var name: String { Self.text { uv_err_name_r(code, $0, $1) } }
    /// The sentence: `address already in use`.
    package var message: String { Self.text { uv_strerror_r(code, $0, $1) } }
    package var description: String { "\(operation): \(message) (\(name))" }

    private static func text(
        _ fill: (UnsafeMutablePointer<CChar>, Int) -> UnsafeMutablePointer<CChar>?
    ) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            _ = fill(buffer.baseAddress!, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
    }
}

/// Throws unless `code` is zero or positive; returns it.
@discardableResult
package func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(UVError) -> Int32 {
    if code < 0 { throw UVError(code: code, operation: operation()) }
    return code
}
