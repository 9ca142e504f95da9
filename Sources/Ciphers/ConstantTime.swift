import COpenSSL

/// Comparisons that tell by their duration nothing of what is compared.
package enum ConstantTime {
    /// Equality in a time that depends on the lengths alone.
    package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { areEqual(a[...], b[...]) }

    /// Equality in a time that depends on the lengths alone.
    package static func areEqual(_ a: ArraySlice<UInt8>, _ b: [UInt8]) -> Bool { areEqual(a, b[...]) }

    /// Equality in a time that depends on the lengths alone.
    package static func areEqual(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        a.withUnsafeBytes { a in b.withUnsafeBytes { areEqual(a, $0) } }
    }

    /// Equality in a time that depends on the lengths alone.
    package static func areEqual(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Bool {
        b.withUnsafeBytes { areEqual(a, $0) }
    }

    /// Equality in a time that depends on the lengths alone.
    package static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        guard a.count > 0 else { return true }
        return CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0
    }
}
