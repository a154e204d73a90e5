/**
 * Of the selftest's servers over TLS: a certificate for 127.0.0.1 that signs itself, valid from 2020 to 2120. Its key is no
 * secret; nothing but the runs of a selftest trusts it.
 */
export const identity = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBOzCB4qADAgECAgkfS8gzDhJ+6GIwCgYIKoZIzj0EAwIwGDEWMBQGA1UEAxMN
bWNwYiBzZWxmdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow
GDEWMBQGA1UEAxMNbWNwYiBzZWxmdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABG03h6q80CpzpPY/dNX1ZtzcbWdfllu7S2F4foangsn3D102PaGcaRYDRjqD
fTy/HVKL/FabMecECfTMVAERgkujEzARMA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgPsXy3pS1ActO3QHdp2hRK43GiZplD/Dh4zm4l8X6GdMCIQDA
N2KQ6bUvWudYOe4zGkPjJUUS3P6TI1AXcWPGbLJPdg==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1jwFKWKcHN6y4byc
z57k6IYuMYEwImmvogEAVzMe9TqhRANCAARtN4eqvNAqc6T2P3TV9Wbc3G1nX5Zb
u0theH6Gp4LJ9w9dNj2hnGkWA0Y6g308vx1Si/xWmzHnBAn0zFQBEYJL
-----END PRIVATE KEY-----
`,
} as const;
