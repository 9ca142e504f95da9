#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The environment of this process.
package enum ProcessVariables {
    /// A variable; nil where there is none.
    package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
