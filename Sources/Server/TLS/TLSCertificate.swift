import Glibc
import NIOCore
import NIOSSL

/// The certificate that the doors with TLS show: read at the start and at every SIGHUP, so that a renewed one needs no restart.
/// Connections that are there keep the one they began with. Confined to the loop of the doors.
final class TLSCertificate {
    /// What new connections are made with.
    var context: NIOSSLContext

    init(_ context: NIOSSLContext) {
        self.context = context
    }

    /// A file larger than this holds neither a certificate nor a key.
    private static let maximumFileSize = 1 << 20

    /// Reads the certificate and the key that are set, and makes sure that they belong together. Nil where no door needs them.
    static func load(_ configuration: LoadedConfiguration) throws(ConfigurationError) -> NIOSSLContext? {
        let values = configuration.values
        let doors = [("line.tlsPort", values.line.tlsPort), ("http.tlsPort", values.http.tlsPort)]
        guard !values.tls.certificate.isEmpty else {
            if !values.tls.key.isEmpty {
                throw configuration.error("tls.key", "needs the certificate that it belongs to: set tls.certificate")
            }
            guard let door = doors.first(where: { $0.1 != 0 }) else { return nil }
            throw configuration.error(door.0, "needs a certificate: set tls.certificate and tls.key")
        }
        let chain = try certificates(configuration)
        let key = try privateKey(configuration)
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        settings.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: settings)
        } catch {
            let file = keyFile(values)
            throw configuration.error(
                file.setting, "\(file.path) is not the key of the certificate in \(values.tls.certificate)")
        }
    }

    /// What is odd about the files that are set, without keeping them from use, one sentence each.
    static func warnings(_ configuration: LoadedConfiguration) -> [String] {
        let values = configuration.values
        guard !values.tls.certificate.isEmpty else { return [] }
        var warnings: [String] = []
        var status = stat()
        let file = keyFile(values)
        if stat(file.path, &status) == 0, status.st_mode & 0o007 != 0 {
            warnings.append("\(configuration.origin(of: file.setting)): \(file.setting): others may read \(file.path)")
        }
        if let chain = try? certificates(configuration), let leaf = chain.first {
            let left = leaf.notValidAfter - time(nil)
            let place = "\(configuration.origin(of: "tls.certificate")): tls.certificate: \(values.tls.certificate)"
            if left <= 0 {
                warnings.append("\(place) is no longer valid")
            } else if left < 14 * 86_400 {
                warnings.append("\(place) is valid for \(left / 86_400) days only")
            }
        }
        return warnings
    }

    private static func certificates(
        _ configuration: LoadedConfiguration
    ) throws(ConfigurationError) -> [NIOSSLCertificate] {
        let path = configuration.values.tls.certificate
        let bytes = try read(path, "tls.certificate", configuration)
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw configuration.error("tls.certificate", "\(path) holds no certificate in PEM form")
        }
        return chain
    }

    private static func privateKey(_ configuration: LoadedConfiguration) throws(ConfigurationError) -> NIOSSLPrivateKey
    {
        let file = keyFile(configuration.values)
        let bytes = try read(file.path, file.setting, configuration)
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            let hint = file.setting == "tls.key" ? "" : ", and tls.key is not set"
            throw configuration.error(
                file.setting, "\(file.path) holds no private key in PEM form that opens without a password\(hint)")
        }
        return key
    }

    /// Without a file of its own the key is looked for behind the certificate.
    private static func keyFile(_ values: Configuration) -> (setting: String, path: String) {
        values.tls.key.isEmpty ? ("tls.certificate", values.tls.certificate) : ("tls.key", values.tls.key)
    }

    private static func read(
        _ path: String, _ setting: String, _ configuration: LoadedConfiguration
    ) throws(ConfigurationError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw configuration.error(setting, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumFileSize + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw configuration.error(setting, "\(path) cannot be read") }
        guard count <= maximumFileSize else { throw configuration.error(setting, "\(path) is larger than 1 MiB") }
        return Array(bytes[..<count])
    }
}
