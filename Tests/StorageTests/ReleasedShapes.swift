/// The shape of each release, as its files were, with some rows: what later versions must go on reading. Never changed.
enum ReleasedShapes {
    /// All of them, the oldest first.
    static let all = [first]

    private static let first = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
        CREATE TABLE highest (kind TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, password TEXT NOT NULL,
            password_md5 TEXT, sealed_password TEXT, token_stamp INTEGER NOT NULL, created INTEGER NOT NULL,
            last_seen INTEGER, email BLOB, real_name TEXT NOT NULL, gender TEXT NOT NULL, birthday INTEGER NOT NULL,
            country TEXT NOT NULL, city TEXT NOT NULL, about TEXT NOT NULL, avatar TEXT NOT NULL, settings TEXT NOT NULL,
            contacts_only INTEGER NOT NULL);
        CREATE TABLE contacts (
            owner INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            contact INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            name TEXT NOT NULL, position INTEGER NOT NULL, watched INTEGER NOT NULL,
            PRIMARY KEY (owner, contact)) WITHOUT ROWID;
        CREATE INDEX contacts_by_contact ON contacts (contact);
        CREATE TABLE contact_groups (
            owner INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (owner, position)) WITHOUT ROWID;
        CREATE TABLE friends (
            asker INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            asked INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            accepted INTEGER NOT NULL, PRIMARY KEY (asker, asked)) WITHOUT ROWID;
        CREATE INDEX friends_by_asked ON friends (asked);
        CREATE TABLE ignored (
            owner INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            other INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            PRIMARY KEY (owner, other)) WITHOUT ROWID;
        CREATE INDEX ignored_by_other ON ignored (other);

        CREATE TABLE rooms (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            owner INTEGER REFERENCES accounts ON DELETE SET NULL, password TEXT, access TEXT NOT NULL,
            expiry TEXT NOT NULL, topic TEXT NOT NULL, members_invite INTEGER NOT NULL, capacity INTEGER NOT NULL,
            audio_bitrate INTEGER, video_bitrate INTEGER, created INTEGER NOT NULL);
        CREATE INDEX rooms_by_owner ON rooms (owner) WHERE owner IS NOT NULL;
        CREATE TABLE room_roles (
            room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
            account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
            role INTEGER NOT NULL, PRIMARY KEY (room, account)) WITHOUT ROWID;
        CREATE INDEX room_roles_by_account ON room_roles (account);
        CREATE TABLE invitations (
            room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE, subject INTEGER NOT NULL, until INTEGER NOT NULL,
            PRIMARY KEY (room, subject)) WITHOUT ROWID;
        CREATE TABLE restrictions (
            id INTEGER PRIMARY KEY, media INTEGER, subject INTEGER, subject_name TEXT, network_high INTEGER,
            network_low INTEGER, network_prefix INTEGER, room INTEGER REFERENCES rooms ON DELETE CASCADE,
            author TEXT, reason TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER);
        CREATE INDEX restrictions_by_room ON restrictions (room) WHERE room IS NOT NULL;
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            target TEXT NOT NULL, room TEXT, reason TEXT NOT NULL, until INTEGER);

        CREATE TABLE messages (
            sequence INTEGER PRIMARY KEY, server INTEGER, kind INTEGER NOT NULL, one INTEGER NOT NULL,
            other INTEGER NOT NULL, number INTEGER NOT NULL, previous INTEGER NOT NULL, sender INTEGER NOT NULL,
            sender_name TEXT NOT NULL, receiver_name TEXT, body BLOB, at INTEGER NOT NULL, client_id TEXT,
            edited INTEGER, deleted INTEGER NOT NULL);
        CREATE TABLE conversations (
            kind INTEGER NOT NULL, one INTEGER NOT NULL, other INTEGER NOT NULL, last_number INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL, PRIMARY KEY (kind, one, other)) WITHOUT ROWID;
        CREATE TABLE unlinked (sequence INTEGER PRIMARY KEY);
        CREATE TABLE kept (
            account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, sequence INTEGER NOT NULL,
            PRIMARY KEY (account, sequence)) WITHOUT ROWID;
        CREATE INDEX kept_by_sequence ON kept (sequence);
        CREATE TABLE read_marks (
            account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, kind INTEGER NOT NULL, one INTEGER NOT NULL,
            other INTEGER NOT NULL, sequence INTEGER NOT NULL, server INTEGER NOT NULL,
            PRIMARY KEY (account, kind, one, other)) WITHOUT ROWID;

        CREATE TABLE groups (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner INTEGER REFERENCES accounts ON DELETE SET NULL,
            password TEXT, open_to_guests INTEGER NOT NULL, expires INTEGER NOT NULL);
        CREATE INDEX groups_by_owner ON groups (owner) WHERE owner IS NOT NULL;
        CREATE TABLE posts (
            id INTEGER PRIMARY KEY, board INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE, parent INTEGER NOT NULL,
            name TEXT NOT NULL, author INTEGER NOT NULL, author_name TEXT NOT NULL, parts INTEGER NOT NULL,
            at INTEGER NOT NULL, expires INTEGER, body BLOB NOT NULL);
        CREATE INDEX posts_by_board ON posts (board);

        INSERT INTO meta VALUES ('server', 77);
        INSERT INTO highest VALUES ('account', 9), ('room', 1), ('sequence', 20);
        INSERT INTO accounts VALUES
            (1, 'ann', 4, 'scrypt$1', NULL, NULL, 3, 1000, NULL, NULL, '', '', 0, '', '', '', '', '', 0),
            (2, 'bob', 1, 'scrypt$2', 'scrypt$3', NULL, 4, 1000, 2000, NULL, 'Bob', 'm', 19700101, '', '', '', '', '', 1);
        INSERT INTO rooms VALUES (1, 'Home', 'text', NULL, NULL, 'anyone', 'never', '', 0, 0, NULL, NULL, 1000);
        INSERT INTO messages VALUES
            (10, NULL, 0, 1, 0, 1, 0, 1, 'ann', NULL, 'first', 5000, NULL, NULL, 0),
            (20, NULL, 0, 1, 0, 2, 10, 2, 'bob', NULL, 'second', 5001, 'c', NULL, 0);
        INSERT INTO conversations VALUES (0, 1, 0, 2, 20);
        INSERT INTO kept VALUES (2, 10);
        PRAGMA application_id = 1297237324;
        PRAGMA user_version = 1;
        """
}
