import ArgumentParser

/// How a process that stands for a whole host finds the mesh.
struct HostPlace: ParsableArguments {
    @Option(help: ArgumentHelp("32 bytes in hexadecimal that all processes of the mesh have.", valueName: "file"))
    var secretFile: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A member of another host, HOST:PORT or [IPV6]:PORT; names that are not known yet are waited for. May be given again.",
            valueName: "address"))
    var join: [String] = []

    @Option(
        help: ArgumentHelp(
            "The name or address to tell the others; where all addresses are bound, this machine's own.",
            valueName: "host"))
    var advertise: String?
}
